#!/usr/bin/env bash
# Train, export, tune and measure the reader: bash training/run.sh SHARED TARGET
# Three rounds, each from the last: all reports alike; the reports nearest to real ones read twice; then a short one in which the
# project's own reports, aimed at what the second round still got wrong, are read four times. The mean of the last two is shipped.
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${1:-../shared} target=${2:-src/dateline/claims/weights}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
train() { python -W ignore training/train.py --corpus "$shared/corpus/train" --helpers "$shared/data/reader" "$@"; }
train --out "$out/first" --epochs 6 --seed 7
train --out "$out/second" --start "$out/first" --epochs 5 --seed 11 --rate 1.5e-4 --head-rate 6e-4 --twice-weight 2
train --out "$out/third" --start "$out/second" --epochs 1.3 --seed 13 --rate 8e-5 --head-rate 3e-4 --twice-weight 2 --own-weight 4
python training/average.py "$out/second" "$out/third" --out "$out/mean"
python -W ignore training/export.py "$out/mean" --to "$target" --corpus "$shared/corpus/train"
python training/tune.py "$target" --shared "$shared" --training "$out/third/training.json" --keep-thresholds
