#!/usr/bin/env bash
# Which helper tasks help? bash training/ablation.sh SHARED FOLDER
# Trains a small reader on 300 reports with all, none and one of the helper corpora, and prints the yardstick of each on the development
# reports. About six minutes each on one core.
set -euo pipefail
cd "$(dirname "$0")/.."
export PYTHONPATH="$PWD/src${PYTHONPATH:+:$PYTHONPATH}"
shared=${1:-../shared} out=${2:?a folder to keep the readers in}
one() {
  local name=$1; shift
  python -W ignore -m dateline_training.train --muc "$shared/corpus/train" --helpers "$shared/data/reader" --out "$out/$name" \
    --limit 300 --epochs 4 --processes 1 --seed 5 "$@"
  mkdir -p "$out/$name/weights"
  cp src/dateline/claims/weights/reader.json "$out/$name/weights/" # the thresholds
  python -W ignore -m dateline_training.export "$out/$name" --to "$out/$name/weights" --muc "$shared/corpus/train"
  echo "== $name"
  dateline evaluate "$shared/corpus/gold/dev.jsonl" --weights "$out/$name/weights"
}
one all
one none --tasks
for task in muc ewt gum cnc; do one "$task" --tasks "$task"; done
