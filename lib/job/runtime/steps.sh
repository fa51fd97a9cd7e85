# ------------------------------------------------------------------------------------------------ steps of a stream
# A step is a directory whose name ends in digits, complete when it has the marker. It becomes a line of steps.ndjson as
# soon as its marker is there, and another one when the marker has changed.

lab_watch_steps() {
  trap '' TERM INT HUP QUIT XCPU USR1 USR2
  [[ " ${lab_output_stream[*]} " == *' true '* ]] || return
  lab_recall_steps
  until lab_pipe_closes "$lab_beat_s"; do lab_note_steps; done
  [[ ! -e $lab_private/stopping ]] || lab_note_steps
}

# The last look of an end in a hurry: there is no time for more than names, sizes and times.
lab_note_last_steps() {
  [[ " ${lab_output_stream[*]} " == *' true '* ]] || return 0
  lab_recall_steps
  lab_note_steps quick
}

# What all attempts have noted: a step that an earlier one made is not ours; one that it had no time to note becomes ours.
lab_recall_steps() {
  local line path='"path":("([^"\\]|\\.)*")' times='"marker_mtime":([0-9]+),"marker_bytes":([0-9]+)'
  unset lab_seen_step
  declare -gA lab_seen_step
  while IFS= read -r line; do
    [[ $line =~ $path.*$times ]] || continue
    lab_seen_step[${BASH_REMATCH[1]}]="${BASH_REMATCH[3]} ${BASH_REMATCH[4]}"
  done < <(cat -- "$lab_envelope"/attempt-*/steps.ndjson 2>/dev/null)
}

lab_note_steps() {
  local i dir marks line seen
  for i in "${!lab_output_role[@]}"; do
    [[ ${lab_output_stream[i]} == true && -n ${lab_output_marker[i]} ]] || continue
    marks=()
    for dir in "${lab_output_path[i]}"/*[0-9]/; do
      [[ ! -e $dir${lab_output_marker[i]} ]] || marks+=("$dir${lab_output_marker[i]}")
    done
    while IFS= read -r -d '' -u 3 line; do
      [[ $line =~ ^([0-9]+)\ ([0-9]+)\ (.*)$ ]] || continue
      seen="${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"
      dir=${BASH_REMATCH[3]%"/${lab_output_marker[i]}"}
      lab_json_string "$dir"
      [[ ${lab_seen_step[$REPLY]-} != "$seen" ]] || continue
      lab_seen_step[$REPLY]=$seen
      lab_note_step "$i" "$dir" "$seen" "${1-}"
    done 3< <(((${#marks[@]} == 0)) || printf '%s\0' "${marks[@]}" | xargs -0 stat -L --printf '%Y %s %n\0' -- 2>/dev/null)
  done
}

lab_note_step() {
  local i=$1 dir=$2 seen=$3 digits=${2##*[!0-9]} files='' bytes='' digest=''
  ((${#digits} <= 15)) || return 0
  if [[ $4 != quick ]]; then
    lab_measure "$dir"
    read -r files bytes <<<"$REPLY"
    digest=$(lab_fingerprint "${lab_output_digest[i]}" "$dir")
  fi
  lab_now
  lab_json_object role text "${lab_output_role[i]}" step raw "$((10#$digits))" path text "$dir" complete raw true \
    files raw "$files" bytes raw "$bytes" digest text "$digest" marker_mtime raw "${seen% *}" marker_bytes raw "${seen#* }" \
    at text "$REPLY"
  printf '%s\n' "$REPLY" >>"$lab_attempt_dir/steps.ndjson"
}

# What this attempt has noted of a stream, the last word of each step, in their order and with commas between.
lab_list_steps() {
  [[ -s $lab_attempt_dir/steps.ndjson ]] || return 0
  lab_json_string "$1"
  prefix="{\"role\":$REPLY,\"step\":" awk '
    index($0, ENVIRON["prefix"]) != 1 || !/}$/ { next }
    {
      step = substr($0, length(ENVIRON["prefix"]) + 1) + 0
      name = substr($0, 1, index($0, ",\"complete\":"))
      sub(/,"at":"[^"]*"}$/, "}")
      last[name] = step "\t" $0
    }
    END { for (name in last) print last[name] }' "$lab_attempt_dir/steps.ndjson" | sort -n | cut -f 2- | paste -s -d ,
}
