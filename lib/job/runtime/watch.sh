# -------------------------------------------------------------------------------------------------------- the watch
# A second process that shows that the run is alive, and notes the steps of streams as their markers appear. It hears the
# end by the pipe that only the main process holds open: if that is killed, the watch ends too.

lab_start_watch() {
  mkfifo -m 0600 -- "$lab_private/end" || return 0
  lab_watch >>"$lab_attempt_dir/.watch.out" 2>&1 &
  lab_watcher=$!
  disown "$lab_watcher" # bash would tell of its end in the scheduler's output
  exec 9>"$lab_private/end"
}

# Lets it look a last time, and waits until it has.
lab_stop_watch() {
  [[ -n ${lab_watcher-} ]] || return 0
  : >"$lab_private/stopping"
  { printf 'stop\n' >&9; } 2>/dev/null
  exec 9>&-
  lab_await_watch "$lab_private/watched" 600
}

# Waits until the watch has made a file, or is gone, for some tenths of a second; not where somebody wants us to hurry.
lab_await_watch() {
  local left=$2
  while [[ ! -e $1 && -z $lab_hurry ]] && ((left-- > 0)); do
    lab_process_start "$lab_watcher"
    [[ -n $REPLY ]] || return 0
    lab_patiently sleep 0.1
  done
}

# What Python has installed is still being listed when a short job ends: its record is written by then.
lab_end_watch() {
  [[ -n ${lab_watcher-} ]] || return 0
  lab_await_watch "$lab_private/listed" 200
  kill -s KILL "$lab_watcher" 2>/dev/null
  lab_watcher=
}

lab_watch() {
  local word status pause=1
  trap '' TERM INT HUP QUIT XCPU USR1 USR2
  trap - EXIT CHLD
  exec <"$lab_private/end" 9>&-
  declare -A lab_seen_step=() lab_step_json=()
  lab_peak=0 lab_gpu_peak=0
  lab_record_hardware
  lab_beat
  lab_record_environment
  lab_record_packages &
  while :; do
    # Often at first: short runs are seen too, and what is wrong early is seen early.
    ((pause < lab_beat_s)) || pause=$lab_beat_s
    read -r -t "$pause" word
    status=$?
    ((status > 128 || status == 0)) || exit 0 # the pipe is closed and nobody said stop: the job is gone
    lab_beat
    pause=$((pause * 2))
    [[ $word == stop ]] || continue
    : >"$lab_private/watched"
    wait
    : >"$lab_private/listed"
    exit 0
  done
}

lab_beat() {
  touch -- "$lab_attempt_dir/beat" 2>/dev/null || : >"$lab_attempt_dir/beat"
  lab_sample
  lab_note_steps
}

# Each step directory whose marker is new or has changed, as a line of steps.ndjson.
lab_note_steps() {
  local i dir mark seen changed
  for i in "${!lab_output_role[@]}"; do
    [[ ${lab_output_stream[i]} == true && -n ${lab_output_marker[i]} ]] || continue
    changed=
    for dir in "${lab_output_path[i]}"/*[0-9]/; do
      dir=${dir%/}
      mark=$dir/${lab_output_marker[i]}
      seen=$(stat -c '%Y %s' -- "$mark" 2>/dev/null) || continue
      [[ ${lab_seen_step["$i $dir"]-} != "$seen" ]] || continue
      lab_seen_step["$i $dir"]=$seen changed=yes
      lab_note_step "$i" "$dir" "$seen"
    done
    [[ -z $changed ]] || lab_list_steps "$i"
  done
}

lab_note_step() {
  local i=$1 dir=$2 seen=$3 digits files bytes digest step
  digits=${dir##*[!0-9]}
  step=$((10#$digits))
  lab_measure "$dir"
  read -r files bytes <<<"$REPLY"
  digest=$(lab_fingerprint "${lab_output_digest[i]}" "$dir")
  lab_json_object role text "${lab_output_role[i]}" step raw "$step" path text "$dir" complete raw true \
    files raw "$files" bytes raw "$bytes" digest text "$digest" marker_mtime raw "${seen% *}" marker_bytes raw "${seen#* }"
  lab_step_json["$i $dir"]=$REPLY
  lab_now
  printf '%s,"at":"%s"}\n' "${lab_step_json["$i $dir"]%\}}" "$REPLY" >>"$lab_attempt_dir/steps.ndjson"
}

# All steps of one stream, in their order, where the end finds them.
lab_list_steps() {
  local key list=''
  while IFS= read -r -d '' key; do list+=,${lab_step_json["$key"]}; done < <(
    for key in "${!lab_step_json[@]}"; do [[ $key != "$1 "* ]] || printf '%s\0' "$key"; done | sort -z -V
  )
  printf '%s\n' "${list#,}" >"$lab_private/steps-$1.new" && mv -f -- "$lab_private/steps-$1.new" "$lab_private/steps-$1"
}

# The most memory of the command's processes, and the busiest the GPUs were, as far as a look now and then can tell.
lab_sample() {
  local rss gpu
  rss=$(lab_group_memory)
  ((${rss:-0} <= lab_peak)) || { lab_peak=$rss && printf '%s\n' "$lab_peak" >"$lab_private/peak"; }
  [[ -n $(type -P nvidia-smi) ]] || return 0
  gpu=$(timeout 10 nvidia-smi --query-gpu=utilization.gpu --format=csv,noheader,nounits 2>/dev/null | sort -n | tail -n 1)
  [[ $gpu == *[!0-9]* || -z $gpu ]] || ((gpu <= lab_gpu_peak)) || { lab_gpu_peak=$gpu && printf '%s\n' "$gpu" >"$lab_private/gpu"; }
}

# The most resident bytes that the processes of the command's group have had, added up.
lab_group_memory() {
  local group pids
  group=$(cat -- "$lab_private/group" 2>/dev/null) || return 0
  pids=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v group="$group" '{ pid = $1; sub(/^.*\) /, ""); if ($3 == group) print pid }')
  # shellcheck disable=SC2086 # a list of numbers
  [[ -z $pids ]] || (cd /proc && cat -- ${pids//$'\n'/\/status }/status 2>/dev/null) |
    awk '$1 == "VmHWM:" { kib += $2 } END { printf "%.0f", kib * 1024 }'
}

# Where this job's own memory controller is; false where there is none of its own.
lab_memory_group() {
  local line path
  while IFS= read -r line; do
    case $line in
      *:memory:*job_*) path=/sys/fs/cgroup/memory${line#*:memory:} ;;
      0::*job_*) path=/sys/fs/cgroup${line#0::} ;;
      *) continue ;;
    esac
    # The whole job's, not this step's.
    path=${path%"${path##*job_}"}${path##*job_}
    [[ $path =~ ^(.*job_[^/]*) ]] && path=${BASH_REMATCH[1]}
    [[ -d $path ]] && REPLY=$path && return 0
  done </proc/self/cgroup
  return 1
}

lab_peak_memory() {
  local file
  if lab_memory_group; then
    for file in "$REPLY/memory.max_usage_in_bytes" "$REPLY/memory.peak"; do
      [[ ! -r $file ]] || { cat -- "$file" && return 0; }
    done
  fi
  [[ -z $lab_private ]] || cat -- "$lab_private/peak" 2>/dev/null
}

# How often the kernel has killed a process of this job for want of memory.
lab_oom_kills() {
  local dir kills total=0
  lab_memory_group || return 0
  while IFS= read -r -d '' dir; do
    kills=$(awk '$1 == "oom_kill" { print $2 }' "$dir" 2>/dev/null)
    ((total += ${kills:-0}))
  done < <(find "$REPLY" \( -name memory.oom_control -o -name memory.events \) -print0 2>/dev/null)
  printf '%s' "$total"
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
