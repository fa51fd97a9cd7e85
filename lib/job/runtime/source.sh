# ------------------------------------------------------------------------------------------------------- the source

# A directory of this attempt on the node, for nobody else: source, scratch, and the runtime's own small files.
lab_open_private() {
  local base=${TMPDIR-} said
  [[ $base == /* && -d $base && -w $base && -x $base ]] || base=/tmp
  said=$(mktemp -d -- "$base/lab-${lab_run##*-}.XXXXXXXX" 2>&1) || lab_end launch_error 69 "cannot use '$base': $said"
  lab_private=$said
  mkdir -- "$lab_private/scratch" "$lab_private/python" || lab_end launch_error 69 "cannot write in '$lab_private'"
}

# Unpacks the snapshot and makes sure that it is, to the byte, what was recorded.
lab_unpack_source() {
  local digest
  [[ -f $lab_source_tar && -r $lab_source_tar ]] || lab_refresh "${lab_source_tar%/*}"
  [[ -f $lab_source_tar && -r $lab_source_tar ]] || lab_end launch_error 69 "cannot read the source '$lab_source_tar'"
  lab_patiently lab_untar "$lab_source_tar" "$lab_source" >"$lab_private/answer" 2>&1 ||
    lab_end launch_error 69 "cannot unpack '$lab_source_tar' into '$lab_source': $(tail -n 1 -- "$lab_private/answer")"
  lab_patiently lab_tree_digest "$lab_source" >"$lab_private/answer"
  digest=$(<"$lab_private/answer")
  [[ $digest == "$lab_source_digest" ]] ||
    lab_end launch_error 69 "what '$lab_source_tar' unpacks to is not what was recorded: $digest, not $lab_source_digest"
  lab_enter_workdir || lab_end launch_error 69 "the source has no directory '$lab_workdir'"
}

# On one node in the private directory; where other nodes must see it, in the run's own.
lab_place_source() {
  local nodes=${SLURM_JOB_NUM_NODES:-${SLURM_NNODES:-1}}
  [[ -z ${SLURM_HET_SIZE-} ]] || nodes=$SLURM_HET_SIZE
  lab_source=$lab_private/source lab_python=$lab_private/python
  if [[ $lab_unpack == shared || ($lab_unpack == auto && $nodes -gt 1) ]]; then
    lab_source=$lab_run_dir/src.$lab_attempt lab_python=$lab_attempt_dir/python
    mkdir -- "$lab_python" || lab_end launch_error 69 "cannot create '$lab_python'"
  fi
  mkdir -m 0700 -- "$lab_source" || lab_end launch_error 69 "cannot create '$lab_source'"
  lab_write_lab_py >"$lab_python/lab.py" || lab_end launch_error 69 "cannot write '$lab_python/lab.py'"
}

# Owner and exact modes of whoever made the archive are nothing to us, its executable bits are.
lab_untar() { tar -x --no-same-owner --no-same-permissions -C "$2" -f - <"$1"; }

# Goes to the directory in which the command runs, if that is one inside the source.
lab_enter_workdir() {
  local root
  cd -P -- "$lab_source" || return
  root=$PWD
  cd -P -- "$root/$lab_workdir" 2>/dev/null && [[ $PWD/ == "$root"/* ]]
}
