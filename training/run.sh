#!/usr/bin/env bash
# Train, export, tune and measure the reader: bash training/run.sh SHARED TARGET
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${1:-../shared} target=${2:-src/dateline/claims/weights}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
python -W ignore training/train.py --corpus "$shared/corpus/train" --helpers "$shared/data/reader" --out "$out"
python -W ignore training/export.py "$out" --to "$target"
python training/tune.py "$target" --shared "$shared" --training "$out/training.json"
