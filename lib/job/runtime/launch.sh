# ----------------------------------------------------------------------------------------------------- the launcher
# How lab_argv is started on the allocation, by the values lab_launcher and lab_launcher_…: as it is, as processes that
# torchrun makes on each node, or as ranks that srun makes. All of this runs in the process that becomes the command.

# Exports where the processes meet and how many they are. To be called before lab_argv is made.
lab_prepare_launcher() {
  [[ $lab_launcher != none ]] || return 0
  local lab_word=${SLURM_JOB_NODELIST_HET_GROUP_0:-${SLURM_JOB_NODELIST-}}
  MASTER_ADDR=127.0.0.1
  if [[ $lab_launcher == srun || $lab_launcher_nodes -gt 1 ]]; then
    [[ -n ${SLURM_JOB_ID-} ]] || lab_fail_launch "cannot start ranks with srun: this is no job of Slurm's"
    [[ -n $(type -P srun) ]] || lab_fail_launch "cannot find srun, which starts the command (PATH is $PATH)" 127
  fi
  if ((lab_launcher_nodes > 1)); then
    MASTER_ADDR=$(scontrol show hostnames "$lab_word" 2>&1) && [[ -n $MASTER_ADDR ]] ||
      lab_fail_launch "cannot tell the first of the nodes '$lab_word': ${MASTER_ADDR:-scontrol says nothing}"
    MASTER_ADDR=${MASTER_ADDR%%$'\n'*}
  fi
  lab_choose_port
  export MASTER_ADDR MASTER_PORT=$REPLY WORLD_SIZE=$((lab_launcher_nodes * lab_launcher_processes)) \
    LOCAL_WORLD_SIZE=$lab_launcher_processes NNODES=$lab_launcher_nodes NODE_RANK=0
  lab_count_devices
}

# A port for this job, in REPLY: that of the recipe, an offset further, and the place in an array further; what is above
# 65534 goes on at 1024. Where the offset is `auto` it follows from the job's number, and a port on which somebody of this
# node listens is passed over.
lab_choose_port() {
  local job=${SLURM_ARRAY_JOB_ID:-${SLURM_JOB_ID:-${LAB_LOCAL_JOB_ID-}}} offset=$lab_launcher_port_offset try
  job=00000000${job//[!0-9]/}
  [[ $offset != auto ]] || offset=$((10#0${job: -9} % 1000))
  offset=$((lab_launcher_port + offset + ${SLURM_ARRAY_TASK_ID:-${LAB_LOCAL_JOB_INDEX:-0}}))
  for try in {0..19}; do
    REPLY=$((1024 + (offset - 1024 + 1009 * try) % 64511))
    [[ $lab_launcher_port_offset == auto ]] && (: <>"/dev/tcp/127.0.0.1/$REPLY") 2>/dev/null || break
  done
}

# Fewer GPUs than processes that each take one: torch would say so in many more words, and later.
lab_count_devices() {
  local devices=()
  ((lab_launcher_gpus > 0)) && [[ -n ${CUDA_VISIBLE_DEVICES-} ]] || return 0
  IFS=, read -ra devices <<<"$CUDA_VISIBLE_DEVICES"
  ((${#devices[@]} >= lab_launcher_processes)) ||
    lab_fail_launch "the job has ${#devices[@]} GPUs on this node (CUDA_VISIBLE_DEVICES=$CUDA_VISIBLE_DEVICES) for $lab_launcher_processes processes"
}

# Puts torchrun before lab_argv. It runs the command as it is, whatever program that is.
lab_put_torchrun() {
  [[ $lab_launcher == torchrun ]] || return 0
  lab_argv=(torchrun "--node_rank=0" "--nnodes=$lab_launcher_nodes" "--nproc_per_node=$lab_launcher_processes"
    "--master_addr=$MASTER_ADDR" "--master_port=$MASTER_PORT" "${lab_launcher_extra[@]}" --no_python "${lab_argv[@]}")
}

# Puts srun before lab_argv, where there are ranks to start or other nodes: one task for each rank, or for each torchrun.
lab_put_srun() {
  local tasks=$lab_launcher_processes word='' cpus line
  if [[ $lab_launcher == torchrun ]]; then
    ((lab_launcher_nodes > 1)) || return 0
    tasks=1 word=$((${#lab_wrapper[@]} + 2))
  elif [[ $lab_launcher != srun ]]; then
    return 0
  fi
  cpus=$((${SLURM_CPUS_ON_NODE:-1} / tasks))
  line=(srun "--nodes=$lab_launcher_nodes" "--ntasks=$((lab_launcher_nodes * tasks))" "--ntasks-per-node=$tasks"
    "--cpus-per-task=$((cpus > 0 ? cpus : 1))" --distribution=block --kill-on-bad-exit=1)
  ((cpus > 0)) || line+=(--overcommit)
  ((${SLURM_JOB_NUM_NODES:-1} <= lab_launcher_nodes)) || line+=(--relative=0)
  [[ -z ${SLURM_HET_SIZE-} ]] || line+=(--het-group=0)
  [[ $lab_launcher != srun ]] || line+=("${lab_launcher_extra[@]}")
  lab_argv=("${line[@]}" /bin/bash -c "$(declare -f lab_rank lab_tell_rank)"$'\nlab_rank "$@"' lab-rank "$PWD" "$word" "${lab_warn_signal-}" "${lab_argv[@]}")
}

# What srun starts, with nothing of the runtime around it: tells the rank who it is, and becomes the command. The number of
# the node takes the place of the word's value that is named, if one is.
lab_rank() {
  local dir=$1 word=$2 warn=$3 scratch=$LAB_SCRATCH status try host child heard
  shift 3
  for try in {1..60}; do
    cd -P -- "$dir" 2>/dev/null && break
    ls -- "${dir%/*}" >/dev/null 2>&1
    ((try < 60)) || { printf 'lab: cannot enter %s on %s\n' "$dir" "${SLURMD_NODENAME-}" >&2 && exit 69; }
    sleep 1
  done
  host=$(uname -n)
  export NODE_RANK=$SLURM_NODEID LAB_METRICS=${LAB_METRICS%/*}/metrics-${host%%.*}-$$.ndjson
  if [[ -n $word ]]; then
    set -- "${@:1:word-1}" "--node_rank=$SLURM_NODEID" "${@:word+1}"
  else
    export RANK=$SLURM_PROCID LOCAL_RANK=$SLURM_LOCALID
  fi
  # srun passes the warning on to this process alone: where that is the command, it becomes it.
  [[ ! -O $scratch || ($word && $warn) ]] || exec -- "$@"
  if [[ ! -O $scratch ]]; then
    # Another node than the job's first: a directory of its own, in what binds it into a container, too.
    LAB_SCRATCH=$(mktemp -d -- "${TMPDIR:-/tmp}/lab-${LAB_RUN_ID##*-}.XXXXXXXX") || exit 69
    for try; do
      shift
      [[ $try != "$scratch" ]] || try=$LAB_SCRATCH
      set -- "$@" "$try"
    done
  fi
  trap heard=1 TERM INT HUP QUIT USR1 USR2
  # shellcheck disable=SC2064 # now
  [[ -z $warn ]] || trap "heard=1; lab_tell_rank $warn '$word'" "$warn"
  set -m # or it would be deaf to some signals
  "$@" <&0 &
  child=$!
  set +m
  # A signal interrupts wait, and then it is asked again, even if the child has ended meanwhile: its status is what counts.
  while :; do
    heard=
    wait "$child"
    status=$?
    [[ $heard ]] || break
  done
  [[ $LAB_SCRATCH == "$scratch" ]] || rm -rf -- "$LAB_SCRATCH"
  exit "$status"
}

# Tells the command of the rank, or of torchrun, which would end by it, the workers.
lab_tell_rank() {
  local fields stat pid=$child
  [[ -n $2 ]] || { kill -s "$1" -- "$pid" 2>/dev/null; return; }
  for stat in /proc/[0-9]*/stat; do
    { read -r fields <"$stat"; } 2>/dev/null || continue
    pid=${fields%% *} fields=${fields##*) }
    read -ra fields <<<"$fields"
    [[ ${fields[1]} != "$child" ]] || kill -s "$1" -- "$pid" 2>/dev/null
  done
}
