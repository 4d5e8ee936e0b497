#!/usr/bin/env bash
# Train, export, tune and measure the reader: bash training/run.sh SHARED TARGET
# Six rounds, each from the last, with falling rates: all reports alike; twice those nearest to real ones; the same again, lower; a
# short one in which some word pieces are hidden. From the mean of the last two, two more with hidden pieces. The mean of that mean,
# counted twice, and of the last two rounds is shipped.
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONPATH="$PWD/src${PYTHONPATH:+:$PYTHONPATH}"  # so that this checkout is used, installed or not
shared=${1:-../shared} target=${2:-src/dateline/claims/weights}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
train() { python -W ignore -m dateline_training.train --muc "$shared/corpus/train" --helpers "$shared/data/reader" "$@"; }
train --out "$out/1" --epochs 6 --seed 7
train --out "$out/2" --start "$out/1" --epochs 5 --seed 11 --rate 1.5e-4 --head-rate 6e-4 --twice-weight 2
train --out "$out/3" --start "$out/2" --epochs 2.5 --seed 23 --rate 1.2e-4 --head-rate 4e-4 --twice-weight 2
train --out "$out/4" --start "$out/3" --epochs 0.6 --seed 24 --rate 8e-5 --head-rate 3e-4 --twice-weight 2 --hidden 0.08
python -m dateline_training.average "$out/3" "$out/4" --out "$out/mean"
train --out "$out/5" --start "$out/mean" --epochs 1.25 --seed 31 --rate 1.2e-4 --head-rate 4e-4 --twice-weight 2 --hidden 0.06
train --out "$out/6" --start "$out/5" --epochs 0.5 --seed 32 --rate 8e-5 --head-rate 2.5e-4 --twice-weight 2 --hidden 0.06
python -m dateline_training.average "$out/mean" "$out/mean" "$out/5" "$out/6" --out "$out/shipped"
python -W ignore -m dateline_training.export "$out/shipped" --to "$target" --muc "$shared/corpus/train"
python -m dateline_training.tune "$target" --shared "$shared" --training "$out/6/training.json" --keep-thresholds
