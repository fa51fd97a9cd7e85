# ---------------------------------------------------------------------------------------------------- the attempt

# What every part of the runtime relies on, after the clean start.
lab_prepare() {
  umask "$lab_umask"
  unset CDPATH
  export LC_ALL=C LANG=C.UTF-8 SLURM_EXPORT_ENV=ALL
  [[ -n ${PATH-} && $(declare -p PATH) == 'declare -x'* ]] ||
    export PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin
  lab_path=$PATH
  [[ -n ${HOME-} ]] || { unset HOME && export HOME=~; }
  USER=$(id -un 2>/dev/null) || USER=$EUID
  export USER LOGNAME=$USER
  lab_host=$(uname -n)
  lab_envelope=$lab_run_dir/.lab
  lab_submission_dir=$lab_envelope/submit-$lab_submission
  lab_can_sync=$(sync --help 2>/dev/null | grep -e --file-system)
  lab_started_s=$(date +%s.%N)
  lab_find_job
}

# Who runs us: Slurm, the local scheduler, or a person by hand (then there is no job id).
lab_find_job() {
  lab_job='' lab_scheduler='' lab_restart=''
  if [[ -n ${SLURM_JOB_ID-} ]]; then
    lab_scheduler=slurm lab_job=$SLURM_JOB_ID lab_restart=${SLURM_RESTART_COUNT:-0}
    [[ -z ${SLURM_ARRAY_JOB_ID-} ]] || lab_job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
  elif [[ -n ${LAB_LOCAL_JOB_ID-} ]]; then
    lab_scheduler=local lab_job=$LAB_LOCAL_JOB_ID lab_restart=${LAB_LOCAL_RESTARTS:-0}
  fi
}

# The kernel's start time of a process, which with its id names it for good; in REPLY, empty if it is gone.
lab_process_start() {
  local stat fields
  REPLY=
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return
  read -ra fields <<<"${stat##*) }"
  REPLY=${fields[19]}
}

# Takes the next number. An attempt appears with its start.json in it, by one rename that fails where there is one
# already: so of two jobs that begin at once, the later one always finds the earlier one's record.
lab_begin_attempt() {
  local dir n=1 fresh
  [[ -d $lab_envelope ]] || lab_give_up 66 "cannot find '$lab_envelope'"
  [[ -O $lab_run_dir ]] || lab_give_up 77 "cannot run: '$lab_run_dir' belongs to somebody else"
  for dir in "$lab_envelope"/attempt-*; do
    dir=${dir##*/attempt-}
    [[ $dir == [1-9]* && $dir != *[!0-9]* ]] && ((dir >= n)) && n=$((dir + 1))
  done
  fresh=$(mktemp -d -- "$lab_envelope/.tmp-attempt-XXXXXXXX" 2>&1) || lab_give_up 73 "cannot begin: $fresh"
  chmod -- "$(umask -S)" "$fresh"
  read -r lab_token </proc/sys/kernel/random/uuid
  lab_now
  lab_started_at=$REPLY
  lab_find_resume "$n"
  while :; do
    lab_attempt=$n lab_attempt_dir=$lab_envelope/attempt-$n
    if ! lab_write "$fresh/start.json" "$(lab_start_record)"; then
      rm -rf -- "$fresh"
      lab_give_up 73 "cannot write start.json in '$lab_envelope': is the disk full?"
    fi
    mv -f -T -- "$fresh" "$lab_attempt_dir" 2>/dev/null && break
    # A server that repeats the rename says that there is nothing to rename: it was done.
    [[ ! -d $fresh ]] && lab_field "$lab_attempt_dir/start.json" token && [[ $REPLY == "$lab_token" ]] && break
    [[ -d $lab_attempt_dir ]] || lab_give_up 73 "cannot create '$lab_attempt_dir'"
    n=$((n + 1))
  done
  [[ -z $lab_can_sync ]] || sync -- "$lab_envelope" 2>/dev/null
}

lab_start_record() {
  local boot resume
  lab_resume_record
  resume=$REPLY
  read -r boot </proc/sys/kernel/random/boot_id
  lab_process_start $$
  lab_json_object type text start v raw 1 run text "$lab_run" submission raw "$lab_submission" \
    attempt raw "$lab_attempt" job text "$lab_job" scheduler text "$lab_scheduler" restart raw "$lab_restart" \
    host text "$lab_host" pid raw $$ pid_start text "$REPLY" boot text "$boot" token text "$lab_token" \
    at text "$lab_started_at" resume raw "$resume"
  printf '%s' "$REPLY"
}

# The end before there is an attempt in which it could be written down.
lab_give_up() {
  [[ -z ${LAB_CALLER-} ]] || rm -f -- "$LAB_CALLER"
  lab_say "$lab_run: $2; the command was not started"
  exit "$1"
}
