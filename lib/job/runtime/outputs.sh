# ------------------------------------------------------------------------------------------------------ the outputs

# Makes the directory of each output, which belongs to this run alone: a note beside it names the run. A later attempt
# finds the note and goes on in the same directory. Of an output that is a file only the place is made.
lab_make_outputs() {
  local i role path
  for i in "${!lab_output_role[@]}"; do
    role=${lab_output_role[i]} path=${lab_output_path[i]}
    lab_make_parents "$path" "$role"
    [[ $path == "$lab_run_dir"/* ]] || lab_note_output "$role" "$path"
    lab_make_own "$path" "$role" "${lab_output_type[i]}"
  done
}

lab_make_own() {
  [[ $3 == file || -d $1 ]] || mkdir -- "$1" 2>/dev/null || [[ -d $1 ]] ||
    lab_end launch_error 69 "cannot create the output directory '$1'" "$2" "$1"
}

# The directories above an output. What is made is like what it is made in, so that others can make theirs beside it; the
# last one is this user's own.
lab_make_parents() {
  local above=${1%/*} missing=() dir
  while [[ -n $above && ! -d $above ]]; do
    missing=("$above" "${missing[@]}")
    above=${above%/*}
  done
  for dir in "${missing[@]}"; do
    { mkdir -- "$dir" && { [[ $dir == "${1%/*}" ]] || chmod --reference="${dir%/*}" -- "$dir"; }; } 2>/dev/null ||
      [[ -d $dir ]] || lab_end launch_error 69 "cannot create '$dir'" "$2" "$1"
  done
  [[ -O ${1%/*} && ! -L ${1%/*} ]] || lab_end launch_error 69 "'${1%/*}' is not your own directory" "$2" "$1"
}

# Notes whose the output is, before it is made: whoever links the note first, has it.
lab_note_output() {
  local meta=${2%/*}/.meta note
  note=$meta/${2##*/}.run.json
  [[ ! -e $2 || -e $note ]] || lab_end launch_error 69 "the output '$2' is there already, and no note says whose it is" "$1" "$2"
  [[ -d $meta ]] || mkdir -- "$meta" 2>/dev/null || [[ -d $meta ]] ||
    lab_end launch_error 69 "cannot create '$meta'" "$1" "$2"
  lab_now
  lab_json_object type text output v raw 1 run text "$lab_run" role text "$1" path text "$2" at text "$REPLY"
  lab_write_once "$note" "$REPLY"
  (($? != 1)) || lab_end launch_error 69 "cannot write '$note'" "$1" "$2"
  lab_field "$note" run && [[ $REPLY == "$lab_run" ]] ||
    lab_end launch_error 69 "the output '$2' belongs to run ${REPLY:-unknown}" "$1" "$2"
}

# What the outputs have become, a JSON list; quick: without reading anything that may be long.
lab_manifests() {
  local i list=''
  for i in "${!lab_output_role[@]}"; do
    if [[ ${lab_output_stream[i]} == true ]]; then
      REPLY=$(lab_list_steps "${lab_output_role[i]}")
    else
      lab_manifest "$i" "$1"
    fi
    list+=${REPLY:+,$REPLY}
  done
  printf '[%s]\n' "${list#,}"
}

# One output that is no stream, in REPLY.
lab_manifest() {
  local path=${lab_output_path[$1]} marker=${lab_output_marker[$1]} complete=false files='' bytes='' digest=''
  [[ ! -e $path${marker:+/$marker} ]] || complete=true
  if [[ $2 != quick && -e $path ]]; then
    lab_measure "$path"
    read -r files bytes <<<"$REPLY"
    [[ $complete == false ]] || digest=$(lab_fingerprint "${lab_output_digest[$1]}" "$path")
  fi
  lab_json_object role text "${lab_output_role[$1]}" path text "$path" complete raw $complete \
    files raw "$files" bytes raw "$bytes" digest text "$digest"
}
