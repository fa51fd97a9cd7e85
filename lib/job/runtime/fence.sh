# -------------------------------------------------------------------------------------------------------- the fence

# Makes sure that nobody else computes, or has computed, this run: the last one who can. Ends as `superseded` otherwise.
lab_fence() {
  lab_refresh "$lab_envelope"
  lab_fence_outcome
  lab_fence_holder
  lab_fence_intent
  lab_fence_later
}

lab_superseded() { lab_end superseded 75 "$1"; }

lab_fence_outcome() {
  local file
  for file in "$lab_envelope"/outcome.jso[n]; do # a pattern, so that the directory is listed
    [[ ! -e $file ]] || lab_superseded "the run has ended already ('$file')"
  done
}

# A submission is one job's: that of the receipt, else that of the first attempt.
lab_fence_holder() {
  local n dir
  lab_refresh "$lab_submission_dir"
  if lab_field "$lab_submission_dir/receipt.json" job && [[ $REPLY != "$lab_job" ]]; then
    lab_superseded "submission $lab_submission is job $REPLY"
  fi
  for ((n = 1; n < lab_attempt; n++)); do
    dir=$lab_envelope/attempt-$n
    lab_field "$dir/start.json" submission && [[ $REPLY == "$lab_submission" ]] || continue
    lab_field "$dir/exit.json" reason && [[ $REPLY == superseded ]] && continue
    lab_field "$dir/start.json" job || REPLY=
    if [[ $REPLY != "$lab_job" ]]; then
      lab_superseded "submission $lab_submission is ${REPLY:+job }${REPLY:-run by hand} (attempt $n)"
    elif [[ -z $lab_job ]]; then
      lab_fence_by_hand "$n" "$dir"
    fi
  done
}

# Started by hand there is no job id that tells a second start from a repetition: then the first one must have ended. Its
# process is looked for on this host; of another host only the beat can be seen, by the file server's clock.
lab_fence_by_hand() {
  local pid start now beat
  [[ ! -e $2/exit.json ]] || return 0
  if lab_field "$2/start.json" boot && [[ $REPLY == "$(</proc/sys/kernel/random/boot_id)" ]]; then
    lab_field "$2/start.json" pid && pid=$REPLY
    lab_field "$2/start.json" pid_start && start=$REPLY
    lab_process_start "$pid"
    [[ -n $REPLY && $REPLY == "$start" ]] || return 0
  else
    { now=$(stat -c %Y -- "$lab_attempt_dir/start.json") && beat=$(stat -c %Y -- "$2/beat"); } 2>/dev/null || return 0
    ((now - beat < 3 * lab_beat_s)) || return 0
  fi
  lab_superseded "attempt $1 is still running"
}

# Submitted by hand there is no intent yet: the job links it itself. Whoever links first, decides.
lab_fence_intent() {
  local file=$lab_submission_dir/intent.json token
  if [[ ! -e $file ]]; then
    read -r token </proc/sys/kernel/random/uuid
    lab_now
    local at=$REPLY
    lab_process_start $$
    lab_json_object type text intent v raw 1 run text "$lab_run" submission raw "$lab_submission" token text "$token" \
      by text job user text "$lab_user" host text "$lab_host" pid raw $$ pid_start text "$REPLY" at text "$at"
    lab_write_once "$file" "$REPLY"
    (($? != 1)) || lab_end launch_error 73 "cannot write '$file'"
  fi
  lab_field "$file" token || lab_end launch_error 74 "cannot read '$file'"
  lab_field "$file" void && [[ $REPLY == true ]] && lab_superseded "submission $lab_submission was given up before it started"
}

lab_fence_later() {
  local dir n
  for dir in "$lab_envelope"/submit-*; do
    n=${dir##*/submit-}
    [[ $n != *[!0-9]* ]] && ((n > lab_submission)) && [[ -e $dir/intent.json ]] || continue
    lab_field "$dir/intent.json" void && [[ $REPLY == true ]] && continue
    lab_superseded "submission $n came after submission $lab_submission"
  done
}
