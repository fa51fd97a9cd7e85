# ------------------------------------------------------------------------------------------------------ starting again
# A run whose recipe asks for it is started again when its time is over: the scheduler warns us by SIGUSR1, the command is
# told if it said by which signal, and ended before the limit at the latest; then the job asks to be queued again. Where
# that cannot be, its end says why, and a pass of its owner submits it again.

# The attempts that count, this one among them.
lab_count_attempts() {
  local dir
  REPLY=0
  for dir in "$lab_envelope"/attempt-*; do
    [[ ${dir##*/attempt-} != *[!0-9]* ]] || continue
    grep -q -s '"reason":"superseded"' "$dir/exit.json" || ((++REPLY))
  done
}

# Whether there may be another attempt after this one. Slurm does not count: in the last one it is told not to requeue.
lab_count_down() {
  lab_may_requeue=no
  [[ -n $lab_max_attempts ]] || return 0
  lab_count_attempts
  if ((REPLY < lab_max_attempts)); then
    lab_may_requeue=yes
  elif [[ $lab_scheduler == slurm && -n $(type -P scontrol) ]]; then
    lab_patiently lab_briefly 20 scontrol update "jobid=$lab_job" requeue=0 >"$lab_private/answer" 2>&1 ||
      lab_say "scontrol update: $(tail -n 1 -- "$lab_private/answer")"
  fi
}

# The warning. Before the command it is only noted: the command is told as soon as it runs.
lab_on_warning() {
  local REPLY # may be in use where a signal comes
  lab_heard=yes
  lab_warned=yes
  [[ $lab_phase != 'command' || -z $lab_group ]] || lab_warn_command
}

# Tells the command, and sees to it that it has ended when there is just the time left to write that down.
lab_warn_command() {
  local left reserve
  [[ -z $lab_told ]] || return 0
  lab_told=yes
  if [[ -n $lab_warn_signal ]]; then
    lab_warned_by=SIG$lab_warn_signal
    lab_say "$lab_run: the time limit is near: the command gets SIG$lab_warn_signal"
    lab_signal_command "$lab_warn_signal"
  fi
  # The last attempt may use all of its time.
  [[ $lab_may_requeue == yes ]] || return 0
  left=$(lab_seconds_left) reserve=$(((lab_warn_s + 1) / 2))
  ((reserve <= 60)) || reserve=60
  left=$((left - reserve))
  ((left > 0)) || left=0
  lab_say "$lab_run: the command is ended in $left s, if it has not by then, to be started again"
  lab_wake_in "$left"
}

# The command's own process, which may have others that do not expect the signal. srun passes it on; torchrun does not,
# and its workers are told themselves.
lab_signal_command() {
  local pid fields stat
  if [[ ${lab_launcher-} != torchrun || ${lab_launcher_nodes-} -gt 1 ]]; then
    kill -s "$1" -- "$lab_group" 2>/dev/null
    return
  fi
  for stat in /proc/[0-9]*/stat; do
    { read -r fields <"$stat"; } 2>/dev/null || continue
    pid=${fields%% *} fields=${fields##*) }
    read -ra fields <<<"$fields"
    [[ ${fields[1]} != "$lab_group" ]] || kill -s "$1" -- "$pid" 2>/dev/null
  done
}

# Seconds until the limit. Slurm warns early by up to a minute, and a limit may have been moved: it is asked once.
lab_seconds_left() {
  local end
  if [[ $lab_scheduler == slurm && -n $(type -P squeue) ]]; then
    end=$(lab_briefly 10 squeue --noheader --jobs="$lab_job" --format=%e 2>/dev/null)
    [[ $end == *T* ]] && end=$(date -d "$end" +%s 2>/dev/null) && printf '%s' "$((end - $(date +%s)))" && return
  fi
  printf '%s' "$lab_warn_s"
}

# SIGALRM comes after so many seconds, unless the command has ended before.
lab_wake_in() {
  set -m # a process group of its own
  lab_apart lab_sleep_alarm "$1" </dev/null >/dev/null 2>&1 &
  lab_alarm=$!
  disown
  set +m
  lab_process_start "$lab_alarm"
  lab_alarm_start=$REPLY
}

lab_sleep_alarm() {
  trap - EXIT
  trap '' TERM INT HUP QUIT XCPU USR1 USR2
  sleep "$1"
  kill -s ALRM $$
}

# The time is over: the command is asked to end, and ended if it does not.
lab_on_alarm() {
  local REPLY
  lab_heard=yes
  [[ $lab_phase == 'command' && -n $lab_group && -n $lab_alarm ]] || return 0
  lab_alarm=
  if [[ -z $lab_limited ]]; then
    lab_limited=SIGTERM lab_hurry=yes
    kill -s TERM -- "-$lab_group" 2>/dev/null
    kill -s CONT -- "-$lab_group" 2>/dev/null
    lab_wake_in "$(((lab_warn_s + 11) / 12 < 10 ? (lab_warn_s + 11) / 12 : 10))"
  else
    kill -s KILL -- "-$lab_group" 2>/dev/null
  fi
}

lab_stop_alarm() {
  [[ -z $lab_alarm ]] || lab_kill_watch "$lab_alarm" "$lab_alarm_start"
  lab_alarm=
}

# Whether the command ended for its time limit, and not because it was done: one that was told and ends with 0 is done only
# if all that it declares with a marker is there.
lab_ended_by_limit() {
  local i marked=no
  [[ -n $lab_warned_by$lab_limited && -z $lab_asked ]] || return
  ((lab_status == 0)) || return 0
  for i in "${!lab_output_role[@]}"; do
    [[ ${lab_output_stream[i]} != true && -n ${lab_output_marker[i]} ]] || continue
    marked=yes
    [[ -e ${lab_output_path[i]}/${lab_output_marker[i]} ]] || return 0
  done
  [[ $marked == no ]]
}

# The last that an attempt does which ended by its limit. Whatever comes of it: its end is written down.
lab_requeue() {
  local said
  if [[ $lab_may_requeue != yes ]]; then
    lab_say "$lab_run: attempt $lab_attempt was the last of $lab_max_attempts"
  elif [[ $lab_scheduler == slurm && -n $(type -P scontrol) ]]; then
    said=$(lab_briefly 30 scontrol requeue "$lab_job" 2>&1) && lab_say "$lab_run: job $lab_job is queued again" && return
    lab_say "$lab_run: Slurm does not queue it again (${said##*$'\n'}): a pass of its owner submits it"
  elif [[ -n ${LAB_LOCAL_JOB_REQUEUE-} ]]; then
    lab_now
    lab_json_object type text job-requeue v raw 1 job text "$lab_job" at text "$REPLY"
    lab_write_once "$LAB_LOCAL_JOB_REQUEUE" "$REPLY"
    (($? != 1)) || lab_say "$lab_run: cannot write '$LAB_LOCAL_JOB_REQUEUE'"
  else
    lab_say "$lab_run: nothing here queues it again: a pass of its owner submits it"
  fi
}
