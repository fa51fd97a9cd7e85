# ------------------------------------------------------------------------------------------------ many runs in one job
# The job starts its elements, so many at a time, each as a process that is the whole runtime once more. None ends another;
# started again, the job starts those that have not ended.

lab_run_elements() {
  local index status=0 lab_workers=() lab_indices=()
  export LC_ALL=C SLURM_EXPORT_ENV=ALL
  lab_find_job
  lab_list_indices "${1:-0-$((lab_array_of - 1))}"
  lab_taken=$(mktemp -d -- "${TMPDIR:-/tmp}/lab-array-${lab_array##*-}.XXXXXXXX") || lab_no_element 73 "cannot use '${TMPDIR:-/tmp}'"
  # shellcheck disable=SC2064 # now
  trap "rm -rf -- '$lab_taken'" EXIT
  for index in TERM INT HUP QUIT XCPU; do
    # shellcheck disable=SC2064
    trap "lab_end_workers $index" "$index"
  done
  # What is sent to the job as a warning is no end.
  trap : USR1 USR2 ALRM
  set -m # each in a process group of its own
  for ((index = 0; index < lab_one_job; index++)); do
    lab_work &
    lab_workers+=($!)
  done
  set +m
  for index in "${lab_workers[@]}"; do
    until wait "$index" || ! kill -s 0 -- "$index" 2>/dev/null; do :; done
  done 2>/dev/null
  for index in "${lab_indices[@]}"; do lab_element_ended "$index" || status=1; done
  ((status == 0)) || lab_say "array $lab_array: some runs of it have not ended"
  exit "$status"
}

# The indices in words as 0-299,305, in lab_indices.
lab_list_indices() {
  local word words index
  [[ $1 =~ ^[0-9]{1,9}(-[0-9]{1,9})?(,[0-9]{1,9}(-[0-9]{1,9})?)*$ ]] || lab_no_element 64 "cannot read the indices '$1'"
  IFS=, read -ra words <<<"$1"
  for word in "${words[@]}"; do
    for ((index = ${word%-*}; index <= ${word#*-} && index < lab_array_of; index++)); do lab_indices+=("$index"); done
  done
}

# Takes one element after the other that no other worker has taken.
lab_work() {
  local index lab_over=
  trap 'lab_over=yes' TERM INT HUP QUIT XCPU
  trap : USR1 USR2 ALRM
  for index in "${lab_indices[@]}"; do
    [[ -z $lab_over ]] || return
    mkdir -- "$lab_taken/$index" 2>/dev/null || continue
    lab_element_ended "$index" || lab_start_element "$index"
  done
}

# By srun, where the job has the processors of several tasks, each gets those of one.
lab_start_element() {
  local share=()
  if [[ -n ${SLURM_JOB_ID-} ]] && ((${SLURM_NTASKS:-1} > 1)) && type -P srun >/dev/null; then
    share=(srun --exclusive --nodes=1 --ntasks=1 --input=none "${lab_step[@]}")
  fi
  "${share[@]}" "$BASH" "$0" --lab-element "$1" </dev/null
}

lab_end_workers() {
  local worker
  for worker in "${lab_workers[@]}"; do kill -s "$1" -- "-$worker" 2>/dev/null; done
}

# Whether an element's run has ended, or this job's attempt at it has otherwise than by being asked to.
lab_element_ended() {
  local lab n dir
  lab_read_index "$1" || return
  read -r lab n _ <<<"$REPLY"
  lab=$lab_array_runs/$lab/.lab
  lab_refresh "$lab"
  [[ ! -e $lab/outcome.json ]] || return 0
  for dir in "$lab"/attempt-*; do
    lab_field "$dir/start.json" submission && [[ $REPLY == "$n" ]] || continue
    lab_field "$dir/start.json" job || REPLY=
    [[ $REPLY == "$lab_job" && -e $dir/exit.json ]] || continue
    lab_field "$dir/exit.json" asked || return 0
  done
  return 1
}
