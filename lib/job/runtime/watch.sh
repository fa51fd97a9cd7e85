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

# The most memory of the job, and the busiest the GPUs were, as far as a look now and then can tell.
lab_sample() {
  lab_keep_most peak "$(lab_tree_memory)"
  lab_keep_most peak "$(lab_group_memory)"
  [[ -n $(type -P nvidia-smi) ]] || return 0
  lab_keep_most gpu \
    "$(lab_briefly 10 nvidia-smi --query-gpu=utilization.gpu --format=csv,noheader,nounits | sort -n | tail -n 1)"
}

# A number in one of our small files, if it is more than what is there.
lab_keep_most() {
  local most=0
  [[ ! -s $lab_private/$1 ]] || most=$(<"$lab_private/$1")
  [[ -n $2 && $2 != *[!0-9]* ]] && (($2 > most)) && printf '%s\n' "$2" >"$lab_private/$1"
}

# The most resident bytes that our descendants, and the processes of the command's group, have had; added up.
lab_tree_memory() {
  local group=none pids
  [[ ! -s $lab_private/group ]] || group=$(<"$lab_private/group")
  pids=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v root=$$ -v group="$group" '
    { pid = $1; sub(/^.*\) /, ""); parent[pid] = $2; member[pid] = ($3 == group) }
    END {
      for (pid in parent) {
        for (at = pid; at != root && at in parent && depth[pid]++ < 99;) at = parent[at]
        if (at == root || member[pid]) print pid
      }
    }')
  # shellcheck disable=SC2086 # a list of numbers
  [[ -z $pids ]] || (cd /proc && cat -- ${pids//$'\n'/\/status }/status 2>/dev/null) |
    awk '$1 == "VmHWM:" { kib += $2 } END { printf "%.0f", kib * 1024 }'
}

# What the job's own memory controller counts now, on this node, without the files that the kernel keeps for it.
lab_group_memory() {
  lab_memory_group && awk '$1 == "total_rss" || $1 == "anon" { print $2; exit }' "$REPLY/memory.stat"
}

# Where that is (the whole job's, not this step's), in REPLY; false where the job has none of its own.
lab_memory_group() {
  local line path job=job_${SLURM_JOB_ID:-none}
  while IFS= read -r line; do
    case $line in
      *:memory:*/"$job"/* | *:memory:*/"$job") path=/sys/fs/cgroup/memory${line#*:memory:} ;;
      0::*/"$job"/* | 0::*/"$job") path=/sys/fs/cgroup${line#0::} ;;
      *) continue ;;
    esac
    path=${path%%/"$job"*}/$job
    [[ -d $path ]] && REPLY=$path && return 0
  done </proc/self/cgroup
  return 1
}

lab_peak_memory() {
  local file
  [[ ! -s $lab_private/peak ]] || { cat -- "$lab_private/peak" && return; }
  lab_memory_group || return
  for file in "$REPLY/memory.max_usage_in_bytes" "$REPLY/memory.peak"; do
    [[ ! -r $file ]] || { cat -- "$file" && return; }
  done
}

# How often the kernel has killed a process of this job for want of memory; nothing where that cannot be known.
lab_oom_kills() {
  local file kills total=''
  if lab_memory_group; then
    total=0
    while IFS= read -r -d '' file; do
      kills=$(awk '$1 == "oom_kill" { print $2 }' "$file" 2>/dev/null)
      ((total += ${kills:-0}))
    done < <(find "$REPLY" -name memory.oom_control -print0 2>/dev/null)
    # The second version of control groups counts what is below, too.
    [[ ! -r $REPLY/memory.events ]] || total=$(awk '$1 == "oom_kill" { print $2 }' "$REPLY/memory.events")
  fi
  # The first version forgets those of a step with the step; Slurm has said it where srun's words go.
  kills=$(lab_oom_kills_told)
  ((${kills:-0} <= ${total:-0})) || total=$kills
  printf '%s' "$total"
}

# "slurmstepd: error: Detected 1 oom_kill event in StepId=7.0. …", near the end of the log.
lab_oom_kills_told() {
  [[ -n ${SLURM_JOB_ID-} && -f $lab_attempt_dir/job.log ]] || return 0
  tail -c 1048576 -- "$lab_attempt_dir/job.log" | awk -v job="$SLURM_JOB_ID" '
    match($0, /slurmstepd.*error: Detected [0-9]+ oom[-_]kill event/) {
      split(substr($0, RSTART + RLENGTH), word, /StepId=|[Ss]tep |[.+]/)
      if (word[2] != job) next
      sub(/.*Detected /, "")
      kills += $1
    }
    END { if (kills) print kills }'
}

# What the attempt has used, as JSON in REPLY: seconds of processors, bytes from and to disks, the busiest GPU in percent.
lab_usage() {
  local cpu read_bytes write_bytes gpu=''
  # In a pipe it would be the times of another process.
  [[ -z $lab_private ]] || times >"$lab_private/times"
  cpu=$(tail -n 1 -- "$lab_private/times" 2>/dev/null | awk '{ for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); s += t[1] * 60 + t[2] } printf "%.2f", s }')
  read_bytes=$(awk '$1 == "read_bytes:" { print $2 }' /proc/$$/io 2>/dev/null)
  write_bytes=$(awk '$1 == "write_bytes:" { print $2 }' /proc/$$/io 2>/dev/null)
  [[ -z $lab_private ]] || gpu=$(cat -- "$lab_private/gpu" 2>/dev/null)
  lab_json_object cpu_s raw "$cpu" read_bytes raw "$read_bytes" write_bytes raw "$write_bytes" gpu_percent raw "$gpu"
}
