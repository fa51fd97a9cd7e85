# -------------------------------------------------------------------------------------------------- parts of arrays

# The part by which an element of an array was sent: the last that holds it and was not refused. Its directory in REPLY.
lab_find_part() {
  local dir=$1 index=$2 part n last=0
  lab_refresh "$dir"
  for part in "$dir"/part-*; do
    n=${part##*/part-}
    [[ $n == [1-9]* && $n != *[!0-9]* ]] && ((n > last)) && [[ ! -e $part/refusal.json ]] || continue
    lab_field "$part/intent.json" indices && lab_holds "$REPLY" "$index" && last=$n
  done
  REPLY=$dir/part-$last
  ((last > 0))
}

# Whether indices as in 0-299,305 hold this one.
lab_holds() {
  local word words
  IFS=, read -ra words <<<"$1"
  for word in "${words[@]}"; do
    ((${word%-*} <= $2 && $2 <= ${word#*-})) && return
  done
  return 1
}

# The job that the part of an element was given, as it calls itself; in REPLY.
lab_part_job() {
  lab_field "$1/receipt.json" one_job || REPLY=
  local one_job=$REPLY
  lab_field "$1/receipt.json" job || return
  [[ $one_job == true ]] || REPLY=${REPLY}_$2
}

# Whether submission $1 (a directory) of this run was sent as an element of some array.
lab_sent_in_array() {
  local text element='"array"[[:space:]]*:[[:space:]]*\{[[:space:]]*"id"[[:space:]]*:[[:space:]]*"([0-9a-z-]+)"[[:space:]]*,[[:space:]]*"index"[[:space:]]*:[[:space:]]*([0-9]+)'
  { text=$(<"$1/context.json"); } 2>/dev/null && [[ $text =~ $element ]] || return
  lab_find_part "${lab_run_dir%/runs/*}/arrays/$lab_user/${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}
