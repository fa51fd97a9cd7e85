# -------------------------------------------------------------------------------------------------------- the array
# The script of an array is that of all its elements. Which of them this job is, is one line of the index, read at its
# place; what that run is, its values.sh says.

lab_find_element() {
  local run submission values
  lab_index=$1
  [[ $lab_index =~ ^(0|[1-9][0-9]{0,8})$ ]] ||
    lab_no_element 64 "which element is it to be? sbatch --array=INDEX '$lab_array_dir/script.sh' starts one"
  ((lab_index < lab_array_of)) || lab_no_element 64 "it has no element $lab_index"
  lab_read_index "$lab_index" || lab_no_element 66 "cannot read element $lab_index in '$lab_array_dir/index'"
  run=${REPLY%% *} submission=${REPLY#* }
  values=$lab_array_runs/$run/.lab/submit-$submission/values.sh
  [[ -f $values && -O $values && ! -L $values ]] || lab_no_element 66 "'$values' is no file of yours"
  . "$values"
  [[ $lab_run == "$run" && $lab_submission == "$submission" ]] || lab_no_element 65 "'$values' is of another run"
}

# The run and the submission of an element, in REPLY.
lab_read_index() {
  local run submission entry=$lab_array_dir/index
  [[ -f $entry && -O $entry && ! -L $entry ]] || return
  { entry=$(dd if="$entry" bs="$lab_array_width" skip="$1" count=1); } 2>/dev/null || return
  read -r run submission <<<"$entry"
  [[ $run == [0-9]* && $run != *[!0-9a-z-]* && $submission == [1-9]* && $submission != *[!0-9]* ]] || return
  REPLY="$run $submission"
}

lab_no_element() {
  lab_say "array $lab_array: $2; nothing was started"
  exit "$1"
}
