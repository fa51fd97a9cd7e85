# ------------------------------------------------------------------------------------------------------ the command

# Starts the command in a process group of its own, so that a signal is heard here at once, and waits until it has ended.
lab_run_command() {
  lab_phase='command'
  trap lab_on_child CHLD
  set -m
  lab_apart "$lab_starter" </dev/null >>"$lab_attempt_dir/$lab_log" 2>&1 &
  lab_group=$!
  set +m
  lab_process_start "$lab_group"
  lab_group_start=$REPLY
  printf '%s\n' "$lab_group" >"$lab_private/group"
  [[ -z $lab_asked ]] || kill -s "${lab_asked#SIG}" -- "-$lab_group" 2>/dev/null
  [[ -z $lab_warned ]] || lab_warn_command
  lab_await
  lab_stop_alarm
  : >"$lab_private/group" # it has ended; its number may be another's now
  trap - CHLD
}

# Waits for the command; a signal interrupts wait, and then it is asked again. Its status is in lab_status.
lab_await() {
  local status
  while :; do
    lab_heard=
    wait "$lab_group" 2>"$lab_private/said"
    status=$?
    # Asked a second time about a process that is gone, wait may know nothing of it any more.
    [[ $status == 127 && -s $lab_private/said ]] || lab_status=$status
    [[ -z $lab_ignored ]] || { lab_say "$lab_ignored is not passed on to the command" && lab_ignored=; }
    [[ -z $lab_heard ]] || continue
    lab_process_start "$lab_group"
    [[ -n $REPLY && $REPLY == "$lab_group_start" ]] || break
  done
}

# `wait` says 143 for a command that ended with 143 and for one that SIGTERM killed; the table of jobs tells them apart, if
# it is read before bash forgets the job. (bash before 5.0 has forgotten it; then a status above 128 counts as a signal.)
lab_on_child() {
  local _ pid state
  jobs -l >"$lab_private/jobs" 2>/dev/null
  while read -r _ pid state; do
    [[ $pid != "${lab_group:-$!}" || $state == Running* || $state == Stopped* ]] || lab_job_state=$state
  done <"$lab_private/jobs"
}

# The name of the signal that ended the command, in REPLY; false if it ended by itself.
lab_killed_by() {
  REPLY=
  ((lab_status > 128)) && [[ $lab_job_state != Exit* && $lab_job_state != Done* ]] &&
    REPLY=$(kill -l $((lab_status - 128)) 2>/dev/null) && [[ -n $REPLY ]] && REPLY=SIG$REPLY
}

# Runs in the process that becomes the command.
lab_launch() {
  lab_set_environment
  lab_enter_workdir || lab_fail_launch "cannot enter '$lab_workdir' in the source"
  lab_prepare_launcher
  lab_argv=("${lab_command[@]}") lab_wrapper=()
  [[ -n $lab_container ]] || lab_find_command
  lab_put_torchrun
  if [[ -n $lab_container ]]; then lab_wrap_in_container; else lab_find_command; fi
  lab_keep_environment
  lab_put_srun
  shopt -s execfail
  : >"$lab_private/launched"
  # shellcheck disable=SC2093 # execfail: what comes after it is for when it cannot
  exec -- "${lab_argv[@]}"
  rm -f -- "$lab_private/launched"
  lab_fail_launch "cannot start '${lab_argv[0]}': its interpreter is missing, or it is no program" 126
}

# For the record: what the command is given, save the secrets, and what stands before it.
lab_keep_environment() (
  unset "${lab_pass[@]}"
  /usr/bin/env -0 >"$lab_private/environment"
  ((${#lab_wrapper[@]} == 0)) || printf '%s\0' "${lab_wrapper[@]}" >"$lab_private/wrapper"
)

lab_find_command() {
  local file=${lab_argv[0]}
  [[ -z $(type -P -- "$file") ]] || return 0
  [[ $file != */* || ! -e $file ]] || lab_fail_launch "cannot start '$file': it is not an executable file" 126
  lab_fail_launch "cannot start '$file': there is no such command (PATH is $PATH)" 127
}

# The same command inside the container, which sees the run, its inputs and outputs at their own paths.
lab_wrap_in_container() {
  local lab_word lab_binds=() lab_tool lab_image=$lab_container
  lab_tool=$(type -P apptainer || type -P singularity) ||
    lab_fail_launch "cannot find apptainer, which the container '$lab_container' needs"
  [[ $lab_image == *://* || $lab_image == /* ]] || lab_image=$lab_source/$lab_image
  [[ $lab_image == *://* || -e $lab_image ]] || lab_fail_launch "cannot find the container image '$lab_image'"
  for lab_word in "$lab_run_dir" "$lab_source" "$lab_python" "$lab_private/scratch" "${lab_input_path[@]}" "${lab_input_stream[@]}" \
    "${lab_output_path[@]}"; do
    [[ -n $lab_word ]] || continue
    [[ -d $lab_word || -f $lab_word ]] || lab_word=${lab_word%/*}
    [[ $lab_word != *[:,]* ]] || lab_fail_launch "cannot bind '$lab_word' into the container: apptainer takes no ':' and ',' in paths"
    lab_binds+=(--bind "$lab_word")
  done
  [[ ! -e /dev/nvidiactl ]] || lab_binds+=(--nv)
  [[ ! -e /dev/kfd ]] || lab_binds+=(--rocm)
  lab_wrapper=("$lab_tool" exec "${lab_binds[@]}" --pwd "$PWD" "$lab_image")
  lab_argv=("${lab_wrapper[@]}" "${lab_argv[@]}")
}
