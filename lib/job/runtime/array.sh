# -------------------------------------------------------------------------------------------------------- the array
# The script of an array is that of all its elements. Which of them this job is, is one line of the index, read at its
# place; what that run is, those bytes of the array's values say that the line names.

lab_find_element() {
  local run submission offset bytes values=$lab_array_dir/values text
  lab_index=$1
  [[ $lab_index =~ ^(0|[1-9][0-9]{0,8})$ ]] ||
    lab_no_element 64 "which element is it to be? sbatch --array=INDEX '$lab_array_dir/script.sh' starts one"
  ((lab_index < lab_array_of)) || lab_no_element 64 "it has no element $lab_index"
  lab_read_index "$lab_index" || lab_no_element 66 "cannot read element $lab_index in '$lab_array_dir/index'"
  read -r run submission offset bytes <<<"$REPLY"
  [[ -f $values && -O $values && ! -L $values ]] || lab_no_element 66 "'$values' is no file of yours"
  { text=$(tail -c "+$((offset + 1))" -- "$values" | head -c "$bytes"); } 2>/dev/null
  # Its end, and that nothing of it is missing, is looked at before any of it is done: bash leaves NULs out, which is what
  # bytes are that never reached the disk.
  { [[ ${text##*$'\n'} == "lab_element=$run.$submission" ]] && (($(lab_bytes "$text") + 2 == bytes)); } ||
    lab_no_element 65 "what '$values' says at $offset is not of run $run, or not whole"
  eval "$text"
}

# How many bytes a text has, whatever the locale.
lab_bytes() {
  local LC_ALL=C
  printf '%d' "${#1}"
}

# The file of LAB_PARAMS of an element, which its first attempt makes.
lab_write_params() {
  [[ ! -e $lab_params ]] || return 0
  lab_write_once "$lab_params" "$lab_params_text"
  (($? != 1)) || lab_end launch_error 73 "cannot write '$lab_params'"
}

# The run of an element, its submission, and where its values begin and how many bytes they are, in REPLY.
lab_read_index() {
  local run submission offset bytes entry=$lab_array_dir/index
  [[ -f $entry && -O $entry && ! -L $entry ]] || return
  { entry=$(dd if="$entry" bs="$lab_array_width" skip="$1" count=1); } 2>/dev/null || return
  read -r run submission offset bytes <<<"$entry"
  [[ $run == [0-9]* && $run != *[!0-9a-z-]* && "$submission $offset $bytes" =~ ^[1-9][0-9]*\ (0|[1-9][0-9]*)\ [1-9][0-9]*$ ]] ||
    return
  REPLY="$run $submission $offset $bytes"
}

lab_no_element() {
  lab_say "array $lab_array: $2; nothing was started"
  exit "$1"
}
