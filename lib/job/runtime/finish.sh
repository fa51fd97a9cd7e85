# ---------------------------------------------------------------------------------------------------------- the end

# From here on every way out that a shell can catch leaves an exit.json.
lab_set_traps() {
  local name
  lab_phase=setup lab_asked='' lab_heard='' lab_ignored='' lab_hurry='' lab_ended='' lab_group='' lab_helper='' lab_job_state=''
  lab_warned='' lab_told='' lab_warned_by='' lab_limited='' lab_alarm=''
  lab_starter=lab_launch lab_log=job.log
  for name in TERM INT HUP QUIT XCPU; do
    # shellcheck disable=SC2064 # the name is this one
    trap "lab_on_signal $name" "$name"
  done
  # Nothing for us to do; without a trap they would be the end.
  for name in USR1 USR2 ALRM; do
    # shellcheck disable=SC2064
    trap "lab_heard=yes lab_ignored=SIG$name" "$name"
  done
  if [[ -n $lab_warn_s ]]; then
    trap lab_on_warning USR1
    trap lab_on_alarm ALRM
  fi
  trap 'lab_on_exit $?' EXIT
}

# Somebody asks for the end: the command is told, and has what time it is given. SIGKILL may follow soon.
lab_on_signal() {
  lab_heard=yes lab_hurry=yes
  case $lab_phase in
    setup)
      lab_asked=SIG$1
      lab_end signal $((128 + $(kill -l "$1"))) "SIG$1 came before the command was started"
      ;;
    command)
      lab_asked=${lab_asked:-SIG$1}
      [[ -z $lab_group ]] || kill -s "$1" -- "-$lab_group" 2>/dev/null
      ;;
    finish) lab_hasten ;;
  esac
}

lab_on_exit() {
  [[ -n $lab_ended ]] || lab_end launch_error "$(($1 == 0 ? 70 : $1))" "the script ended at a place where it should not"
}

# How the command ended becomes the end of the attempt.
lab_finish() {
  local reason=command message=''
  lab_phase=finish
  [[ -n $lab_hurry ]] || lab_patiently lab_gather_metrics
  if [[ -e $lab_private/launch-error ]]; then
    lab_end launch_error "$lab_status" "$(<"$lab_private/launch-error")"
  fi
  lab_killed_by && reason=signal lab_signal=$REPLY
  if lab_ended_by_limit; then
    reason=timeout message='it was ended before its time limit'
    ((lab_status != 0)) || lab_status=75
  elif [[ $reason != signal && ! -e $lab_private/launched ]]; then
    lab_end launch_error "$((lab_status == 0 ? 69 : lab_status))" \
      "the environment was not set up to its end: a line of it ended the shell with $lab_status"
  fi
  lab_end "$reason" "$lab_status" "$message"
}

# The end, whichever it is: reason, code, message, role and path. Where there is time, what the outputs have become is
# looked at first; where there is none, the record comes first.
lab_end() {
  local code=$2 outputs=''
  lab_ended=yes lab_phase=finish
  [[ -z $lab_helper ]] || kill -s KILL -- "-$lab_helper" 2>/dev/null
  [[ -n $lab_hurry || -z $lab_private ]] || lab_stop_steps
  [[ $1 != @(command|signal|timeout) ]] || { lab_describe_outputs "$2" && outputs=$REPLY; }
  lab_write_exit "$1" "$code" "$3" "${4-}" "${5-}" "$outputs"
  case $? in
    1)
      lab_say "cannot write '$lab_attempt_dir/exit.json': is the disk full?"
      ((code != 0)) || code=74
      ;;
    2) lab_say "'$lab_attempt_dir/exit.json' was there already" ;;
  esac
  lab_say "$lab_run: attempt $lab_attempt: $1, exit code $code${3:+: $3}"
  [[ $1 != command || -n $lab_hurry ]] || lab_tell_what_goes
  lab_evaluate "$1" "$code"
  lab_clean_up
  [[ $1 != timeout ]] || lab_requeue
  exit "$code"
}

# What the outputs have become, as JSON in REPLY; of a success, with their digests.
lab_describe_outputs() {
  REPLY=
  [[ -n $lab_private ]] || return 0
  if [[ $1 != 0 || -n $lab_hurry ]] || ! lab_patiently lab_manifests all >"$lab_private/answer" 2>/dev/null; then
    lab_manifests quick >"$lab_private/answer"
  fi
  REPLY=$(<"$lab_private/answer")
}

lab_write_exit() {
  local wall mem oom
  lab_now
  local at=$REPLY
  wall=$(date +%s.%N | awk -v start="$lab_started_s" '{ printf "%.3f", $1 - start }')
  mem=$(lab_peak_memory) oom=$(lab_oom_kills)
  lab_usage
  lab_json_object type text exit v raw 1 run text "$lab_run" attempt raw "$lab_attempt" reason text "$1" code raw "$2" \
    signal text "${lab_signal-}" asked text "$lab_asked" message text "$3" role text "$4" path text "$5" \
    started_at text "$lab_started_at" at text "$at" wall_s raw "$wall" peak_mem_bytes raw "$mem" oom_kills raw "$oom" \
    usage raw "$REPLY" outputs raw "$6" inputs raw "${lab_taken:+[$lab_taken]}"
  lab_write_once "$lab_attempt_dir/exit.json" "$REPLY"
}

# What the command has written beside its source goes with it: that is said, except of hidden files and caches. What was
# unpacked has the snapshot's times, which are long past.
lab_tell_what_goes() {
  local files=()
  [[ -n $lab_private && -e $lab_python/lab.py ]] || return 0
  mapfile -t files < <(find "$lab_source" -mindepth 1 \( -name '.*' -o -name __pycache__ -o -name '*.egg-info' \) -prune \
    -o -type f -newer "$lab_python/lab.py" -printf '%P\n' 2>/dev/null | head -n 4)
  ((${#files[@]} > 0)) || return 0
  lab_say "gone with the copy of the source: ${files[0]}${files[1]:+, ${files[1]}}${files[2]:+, ${files[2]}}${files[3]:+ and more}" \
    "(files in an output, or in \$LAB_RUN_DIR, are kept)"
}

lab_clean_up() {
  [[ -z ${LAB_CALLER-} ]] || rm -f -- "$LAB_CALLER"
  [[ -n $lab_private ]] || return 0
  [[ -z $lab_hurry ]] || { lab_stop_steps; lab_gather_metrics; }
  lab_stop_watch
  lab_remove_private
  rm -f -- "$lab_attempt_dir"/.tmp-*
}

lab_remove_private() {
  cd /
  lab_remove "$lab_private"
  [[ ! -d $lab_run_dir/src.$lab_attempt ]] || lab_remove "$lab_run_dir/src.$lab_attempt"
}

# What was unpacked may have directories that even their owner may not write.
lab_remove() {
  rm -rf -- "$1" 2>/dev/null || { chmod -R u+rwX -- "$1" && rm -rf -- "$1"; } 2>/dev/null ||
    lab_say "could not remove '$1'"
}
