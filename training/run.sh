#!/usr/bin/env bash
# Train, export, tune and measure the reader: bash training/run.sh SHARED TARGET
# Two rounds: all reports alike, then again from there with the reports nearest to real ones read twice.
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${1:-../shared} target=${2:-src/dateline/claims/weights}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
train() { python -W ignore training/train.py --corpus "$shared/corpus/train" --helpers "$shared/data/reader" "$@"; }
train --out "$out/first" --epochs 6 --seed 7
train --out "$out/second" --start "$out/first" --epochs 5 --seed 11 --rate 1.5e-4 --head-rate 6e-4 --twice-weight 2
python -W ignore training/export.py "$out/second" --to "$target" --corpus "$shared/corpus/train"
python training/tune.py "$target" --shared "$shared" --training "$out/second/training.json"
