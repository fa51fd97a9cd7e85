# -------------------------------------------------------------------------------------------------------- the fence

# Makes sure that nobody else computes, or has computed, this run: the last one who can. Ends as `superseded` otherwise.
#
# The order counts. start.json is there before the claims are listed: whoever claims above us lists them before us, or finds
# our attempt after. The seal is looked at before the intent is linked, so that a job that is stopped leaves no valid one.
lab_fence() {
  lab_refresh "$lab_envelope"
  lab_fence_outcome
  lab_fence_holder
  if [[ -n $lab_claim ]]; then
    lab_fence_seal
    lab_fence_claims
  fi
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
  lab_part=
  [[ -z ${lab_array-} ]] || { lab_find_part "${lab_array_dir-}" "${lab_index-}" && lab_part=$REPLY; }
  if lab_field "$lab_submission_dir/receipt.json" job || { [[ -n $lab_part ]] && lab_part_job "$lab_part" "$lab_index"; }; then
    [[ $REPLY == "$lab_job" ]] || lab_superseded "submission $lab_submission is job $REPLY"
  fi
  for ((n = 1; n < lab_attempt; n++)); do
    dir=$lab_envelope/attempt-$n
    # It may be started again after its own success: by an administrator, or by Slurm when its node fails in the epilog.
    lab_has_succeeded "$dir/exit.json" && lab_superseded "attempt $n has succeeded"
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

# Sealed means: this submission of this run may begin for this generation. Submitted by hand there may be no seal yet: the
# job links it itself.
lab_fence_seal() {
  local file=$lab_claim.$lab_generation.go.json token
  [[ -O $lab_claim.$lab_generation.json && ! -L $lab_claim.$lab_generation.json ]] || lab_superseded "'$lab_claim.$lab_generation.json' is no claim of yours"
  if ! lab_listed "$file"; then
    read -r token </proc/sys/kernel/random/uuid
    lab_now
    lab_json_object type text go v raw 1 key text "$lab_key" epoch text "$lab_epoch" generation raw "$lab_generation" \
      run text "$lab_run" submission raw "$lab_submission" by text job user text "$lab_user" host text "$lab_host" \
      pid raw $$ token text "$token" at text "$REPLY"
    lab_write_once "$file" "$REPLY"
    (($? != 1)) || lab_end launch_error 73 "cannot write '$file'"
  fi
  [[ -O $file && ! -L $file ]] || lab_superseded "somebody else has sealed generation $lab_generation of its claim"
  lab_field "$file" run || lab_end launch_error 74 "cannot read '$file'"
  [[ $REPLY == "$lab_run" ]] || lab_superseded "generation $lab_generation of its claim is sealed for run $REPLY"
  lab_field "$file" void && [[ $REPLY == true ]] &&
    lab_superseded "generation $lab_generation of its claim was given up before it started"
  lab_field "$file" submission && [[ $REPLY == "$lab_submission" ]] ||
    lab_superseded "generation $lab_generation of its claim is submission $REPLY's"
}

# Whether a name is in the listing of its directory: a stat may say for a while that what was looked for before is not there.
lab_listed() {
  local name
  lab_refresh "${1%/*}"
  for name in "${1%/*}"/"${1##*/}"*; do [[ $name != "$1" ]] || return 0; done
  return 1
}

# A later generation, void or not, of somebody who may name the run that it names. Only what counts for the commands counts
# here: a job that gave way to anything else would give way to nobody. In a chain of one's own nobody else's claims do.
lab_fence_claims() {
  local file n text user owner own='' below=0 numbers=()
  lab_field "$lab_claim.$lab_generation.json" own && own=$REPLY
  lab_refresh "${lab_claim%/*}"
  for file in "$lab_claim".*.json; do
    n=${file#"$lab_claim".} n=${n%.json}
    [[ $n != [1-9]* || $n == *[!0-9]* || ${#n} -gt 9 ]] || numbers+=("$n")
  done
  while read -r n; do
    ((n - below <= 1000)) || break # as the commands have it
    below=$n file=$lab_claim.$n.json
    ((n > lab_generation)) && [[ ! $own || -O $file ]] && lab_read_foreign "$file" || continue
    text=$REPLY
    lab_is_claim "$text" "$n" && lab_field_in "$text" user && user=$REPLY && [[ $user && $user != */* ]] || continue
    { owner=$(stat -c %u -- "$file") && [[ $owner == "$(stat -c %u -- "${lab_run_dir%/*/*}/$user")" ]]; } 2>/dev/null || continue
    lab_field_in "$text" run || continue
    lab_superseded "$REPLY of $user computes it since (generation $n)"
  done < <(printf '%s\n' "${numbers[@]}" | sort -n)
}

lab_is_claim() {
  lab_field_in "$1" type && [[ $REPLY == claim ]] && lab_field_in "$1" key && [[ $REPLY == "$lab_key" ]] &&
    lab_field_in "$1" epoch && [[ $REPLY == "$lab_epoch" ]] && lab_field_in "$1" generation && [[ $REPLY == "$2" ]]
}

# A small file that anybody may have put there: a pipe would keep us waiting, a link may lead anywhere.
lab_read_foreign() {
  { REPLY=$(dd if="$1" iflag=nofollow,nonblock,fullblock bs=65536 count=1); } 2>/dev/null
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
    [[ $n != *[!0-9]* ]] && ((n > lab_submission)) && { [[ -e $dir/intent.json ]] || lab_sent_in_array "$dir"; } || continue
    lab_superseded "submission $n came after submission $lab_submission"
  done
}
