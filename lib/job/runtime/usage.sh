# ------------------------------------------------------------------------------------------------------- what it uses

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
