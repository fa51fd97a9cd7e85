echo "$*" | sed 's/--out [^ ]*//'
echo "resumed from step ${LAB_RESUME_FROM##*-}"
mkdir -p "$LAB_RUN_DIR/checkpoints" "$2"
touch "$LAB_RUN_DIR/checkpoints/step-9" "$LAB_RUN_DIR/checkpoints/step-10"
case "$* " in *"--fail=yes "*) exit 3 ;; esac
for word; do case $word in */staged/*) cat "$word" ;; esac; done
true
