#!/bin/sh
# Fits a slope by gradient descent: a stand-in for any program. LR and EPOCHS come from the recipe, the rest from the job.
set -eu
out=${LAB_OUTPUT_MODEL:-out} here=${LAB_RUN_DIR:-out}
mkdir -p "$out" "$here/checkpoints"
slope=0 epoch=0
if [ -n "${LAB_RESUME_FROM:-}" ]; then
  read -r epoch slope <"$LAB_RESUME_FROM"
  echo "going on after epoch $epoch"
fi
while [ "$epoch" -lt "${EPOCHS:-20}" ]; do
  epoch=$((epoch + 1))
  slope=$(awk -v slope="$slope" -v lr="${LR:-0.1}" 'BEGIN { printf "%.6f", slope - lr * (slope - 0.5) }')
  echo "lab-metric error=$(awk -v slope="$slope" 'BEGIN { printf "%.6f", (slope - 0.5) ^ 2 }') step=$epoch"
  # Complete before it has its name: the number says which is the latest.
  echo "$epoch $slope" >"$here/checkpoints/step-$epoch.txt.tmp"
  mv "$here/checkpoints/step-$epoch.txt.tmp" "$here/checkpoints/step-$epoch.txt"
done
echo "$slope" >"$out/slope.txt"
: >"$out/_DONE"
