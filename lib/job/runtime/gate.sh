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
  local path=${lab_input_path[$1]} check=${lab_input_check[$1]} digest=${lab_input_digest[$1]}
  lab_final=no
  lab_missing="'$path' does not exist"
  [[ -e $path ]] || return
  lab_missing="'$path' cannot be read"
  lab_readable "$path" || return
  [[ -n $digest && $check != none ]] || return 0
  # Contents are read once: what was opened is what the server has.
  [[ $check != sha256 ]] || lab_final=yes
  lab_patiently lab_fingerprint "$check" "$path" >"$lab_private/answer" 2>/dev/null || return
  lab_missing="'$path' is not what was recorded: its $check fingerprint is $(<"$lab_private/answer"), not $digest"
  [[ $(<"$lab_private/answer") == "$digest" ]]
}

lab_readable() {
  if [[ -d $1 ]]; then
    [[ -r $1 && -x $1 ]]
  else
    [[ -r $1 ]] && { : <"$1"; } 2>/dev/null
  fi
}
