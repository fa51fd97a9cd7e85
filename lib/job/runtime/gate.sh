# --------------------------------------------------------------------------------------------------------- the gate

# Every input must be there and be what was recorded. A file system may be late, so that each is looked for again for a
# while, by listing the directory that it is in.
lab_pass_gate() {
  local i end=$((SECONDS + lab_gate_wait_s)) pause=1
  for i in "${!lab_input_role[@]}"; do
    until lab_input_passes "$i"; do
      ((SECONDS < end)) && [[ $lab_final == no ]] ||
        lab_end input_error 66 "input '${lab_input_role[i]}': $lab_missing" "${lab_input_role[i]}" "${lab_input_path[i]}"
      ((pause <= end - SECONDS)) || pause=$((end - SECONDS))
      lab_patiently sleep "$pause"
      ((pause < 8)) && pause=$((pause * 2))
      lab_refresh "${lab_input_path[i]%/*}/"
    done
  done
}

# Whether input number $1 is there; if not, lab_missing says what is missing, and lab_final whether waiting is of no use.
lab_input_passes() {
  local path=${lab_input_path[$1]} check=${lab_input_check[$1]}
  lab_final=no
  [[ $check != @(run|pick) ]] || lab_maker_passes "${lab_input_from[$1]}" || return
  [[ $check != pick ]] || lab_take_steps "$1" || return
  lab_missing="'$path' does not exist"
  [[ -e $path ]] || return
  lab_missing="'$path' cannot be read"
  lab_readable "$path" || return
  case $check in
    run | step) lab_marker_passes "$path" "${lab_input_marker[$1]}" "${lab_input_marker_is[$1]}" ;;
    registered) lab_record_passes "$1" ;;
    pick | none) ;;
    *) lab_digest_passes "$check" "$path" "${lab_input_digest[$1]}" ;;
  esac
}

# Whether the run whose .lab/ is $1 has succeeded: as its owner wrote down, else as its latest attempt did.
lab_maker_passes() {
  local lab=$1 run=${1%/.lab} dir n last=0
  run=${run##*/}
  lab_refresh "$lab"
  if lab_field "$lab/outcome.json" state; then
    [[ $REPLY != succeeded ]] || return 0
    lab_final=yes lab_missing="run $run, which was to make it, ended as $REPLY"
    return 1
  fi
  for dir in "$lab"/attempt-*; do
    n=${dir##*/attempt-}
    [[ $n != *[!0-9]* ]] && ((n > last)) || continue
    lab_field "$dir/exit.json" reason && [[ $REPLY == superseded ]] || last=$n
  done
  lab_missing="run $run, which makes it, has not succeeded"
  ((last)) && lab_has_succeeded "$lab/attempt-$last/exit.json"
}

# Whether the marker $2 of $1 is there, if there is to be one, and is as it was when it was registered ($3: time and size).
lab_marker_passes() {
  [[ -n $2 ]] || return 0
  lab_missing="'$1/$2' does not exist"
  [[ -e $1/$2 ]] || return
  [[ -n $3 ]] || return 0
  lab_missing="'$1/$2' is not what was registered: it was written anew"
  [[ $(stat -L -c '%Y %s' -- "$1/$2" 2>/dev/null) == "$3" ]]
}

# Of the stream of input number $1, whose run has succeeded: a link to the step that is asked for, which stays what it is
# once it is made; or a list of all.
lab_take_steps() {
  # shellcheck disable=SC2154 # those of the script, which has them where an input is a stream
  local role=${lab_input_role[$1]} pick=${lab_input_pick[$1]} stream=${lab_input_stream[$1]} link=${lab_input_path[$1]}
  local dir digits step at=() all=() text=''
  [[ $pick == all || ! -L $link ]] || { lab_note_taken "$role" "$(readlink -- "$link")"; return; }
  lab_missing="'$stream' does not exist"
  lab_refresh "$stream" || return
  for dir in "$stream"/*[0-9]; do
    [[ -d $dir && ! -L $dir ]] && [[ -z ${lab_input_marker[$1]} || -e $dir/${lab_input_marker[$1]} ]] || continue
    digits=${dir##*[!0-9]}
    ((${#digits} <= 15)) || continue
    # Of two of one number the first by name is that step, as it is when they are registered.
    [[ -n ${at[10#$digits]-} ]] || at[10#$digits]=$dir
  done
  lab_missing="'$stream' has no step that is complete"
  ((${#at[@]})) || return
  case $pick in
    all)
      for step in "${!at[@]}"; do
        lab_json_object step raw "$step" path text "${at[step]}"
        text+=$REPLY$'\n'
      done
      lab_missing="'${lab_input_steps[$1]}' cannot be written"
      [[ -e ${lab_input_steps[$1]} ]] || lab_write_once "${lab_input_steps[$1]}" "${text%$'\n'}" || (($? == 2))
      return
      ;;
    latest) all=("${!at[@]}") step=${all[-1]} ;;
    best:*)
      lab_final=yes lab_missing="which step of '$stream' is the $pick was not told: lab-submit and lab-advance do"
      return 1
      ;;
    *) step=$pick ;;
  esac
  lab_missing="'$stream' has no complete step $step"
  [[ -n ${at[step]-} ]] || return
  lab_missing="'$link' cannot be made"
  mkdir -p -- "${link%/*}" && { ln -s -T -- "${at[step]}" "$link" 2>/dev/null || [[ -L $link ]]; } || return
  lab_note_taken "$role" "$(readlink -- "$link")"
}

# For the record of the end: which step $2 the input of the role $1 is.
lab_note_taken() {
  local digits=${2##*[!0-9]}
  lab_json_object role text "$1" step raw "$((10#$digits))" path text "$2"
  lab_taken+=${lab_taken:+,}$REPLY
}

# What was registered from outside: its record is there, and its bytes look as they did; or, if its contents were recorded,
# are what they were though they were copied or touched.
lab_record_passes() {
  local path=${lab_input_path[$1]} record=${lab_input_from[$1]} content=${lab_input_content[$1]}
  lab_missing="its record '$record' does not exist"
  [[ -e $record ]] || return
  lab_digest_passes stat "$path" "${lab_input_digest[$1]}" && return
  [[ -n $content ]] || return
  lab_digest_passes sha256 "$path" "$content"
}

# Whether $2 is what was recorded by $1, stat or sha256, if anything was ($3).
lab_digest_passes() {
  [[ -n $3 ]] || return 0
  # Contents are read once: what was opened is what the server has.
  [[ $1 != sha256 ]] || lab_final=yes
  lab_patiently lab_fingerprint "$1" "$2" >"$lab_private/answer" 2>/dev/null || return
  lab_missing="'$2' is not what was recorded: its $1 fingerprint is $(<"$lab_private/answer"), not $3"
  [[ $(<"$lab_private/answer") == "$3" ]]
}

lab_readable() {
  if [[ -d $1 ]]; then
    [[ -r $1 && -x $1 ]]
  else
    [[ -r $1 ]] && { : <"$1"; } 2>/dev/null
  fi
}
