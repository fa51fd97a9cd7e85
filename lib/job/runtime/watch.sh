# -------------------------------------------------------------------------------------------------------- the watch
# Three processes beside the command: one shows that the run is alive, one records what the run has to do with, one notes
# the steps of streams. They hear the end by pipes that only the main process holds open (9, and 6 for the steps), so that
# none of them outlives it, however it ends.

lab_start_watch() {
  local alive=$lab_private/alive steps=$lab_private/steps
  mkfifo -m 0600 -- "$alive" "$steps" || lab_end launch_error 69 "cannot create '$alive'"
  # Opened for reading and writing first, so that neither end has to wait for the other.
  exec 4<>"$steps" 8<>"$alive"
  exec 6>"$steps" 9>"$alive"
  exec 5<"$steps" 7<"$alive" 4>&- 8>&-
  set -m # each in a process group of its own
  lab_apart lab_watch_record <&7 >/dev/null 2>&1 &
  lab_record_watch=$!
  disown # bash would tell of its end in the scheduler's output
  lab_process_start "$lab_record_watch"
  lab_record_start=$REPLY
  lab_apart lab_watch_steps <&5 >/dev/null 2>&1 &
  lab_steps_watch=$!
  lab_process_start "$lab_steps_watch"
  lab_steps_start=$REPLY
  lab_apart lab_watch_beat <&7 >/dev/null 2>&1 &
  disown
  set +m
  exec 5<&- 7<&-
}

# Runs something without the pipes, in a process of its own. (Closed for one function alone, bash keeps copies of them open
# for what comes after it: whoever held those would wait for itself.)
lab_apart() {
  exec 5<&- 6>&- 7<&- 9>&-
  "$@"
}

# Lets the watch note the last steps: their digests take what time they take, unless we are to hurry.
lab_stop_steps() {
  [[ -n $lab_steps_watch ]] || return 0
  : >"$lab_private/stopping"
  exec 6>&-
  lab_wait_for "$lab_steps_watch"
  lab_steps_watch=
  [[ -z $lab_hurry ]] || lab_note_last_steps
}

# What Python has installed is still being listed when a short job ends: it gets twenty seconds to be written.
lab_stop_watch() {
  local left=200
  [[ -n $lab_record_watch ]] || return 0
  while [[ -z $lab_hurry && -e $lab_private/launched && ! -e $lab_private/recorded ]] && ((left-- > 0)); do
    lab_patiently sleep 0.1
  done
  lab_kill_watch "$lab_record_watch" "$lab_record_start"
  lab_record_watch=
  : >"$lab_private/over"
  exec 9>&-
}

# Ends a watch that we don't wait for, if it is still there: its number may be another's by now.
lab_kill_watch() {
  lab_process_start "$1"
  [[ -z $REPLY || $REPLY != "$2" ]] || kill -s KILL -- "-$1" 2>/dev/null
}

# Waits some seconds for the end of the main process; true if it has come.
lab_pipe_closes() {
  local word
  read -r -t "$1" word
  (($? <= 128))
}

# A beat and a look at memory and GPUs, often at first: short runs are seen too. If the main process is killed, nobody is
# left who would end the command and clean up: then that is done here.
lab_watch_beat() {
  local pause=1 group sampler=
  trap '' TERM INT HUP QUIT XCPU USR1 USR2
  while :; do
    touch -- "$lab_attempt_dir/beat" || : >"$lab_attempt_dir/beat"
    # Not waited for: a driver that hangs must not make the run look dead.
    [[ -n $sampler && -d /proc/$sampler ]] || { lab_sample & sampler=$!; }
    ((pause < lab_beat_s)) || pause=$lab_beat_s
    lab_pipe_closes "$pause" && break
    pause=$((pause * 2))
  done
  [[ -d $lab_private && ! -e $lab_private/over ]] || return
  for group in "$(cat -- "$lab_private/group")" "$(cat -- "$lab_private/helper")"; do
    [[ -z $group ]] || kill -s KILL -- "-$group"
  done
  lab_kill_watch "$lab_steps_watch" "$lab_steps_start"
  lab_kill_watch "$lab_record_watch" "$lab_record_start"
  lab_remove_private
}
