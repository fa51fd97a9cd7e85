# -------------------------------------------------------------------------------------------------- the evaluation
# After the command has succeeded, and that is written down, the recipe's [eval] is run in the same job. How it ends is a
# record of its own: a failed one unmakes nothing.

lab_evaluate() {
  local started_at begun wall state=succeeded code signal='' message=''
  ((${#lab_eval_command[@]} > 0)) && [[ $1 == command && $2 == 0 && -z $lab_asked$lab_hurry && -n $lab_private ]] || return 0
  lab_now
  started_at=$REPLY begun=$(date +%s.%N)
  lab_resume_path='' lab_resume_step='' lab_resume_how='' lab_resume_trouble=''
  lab_find_evaluated
  if [[ -n $lab_resume_trouble ]]; then
    state=failed code=66 message=$lab_resume_trouble
  else
    lab_run_evaluation
    code=$lab_status
    lab_killed_by && signal=$REPLY message="killed by $REPLY"
    ((code == 0)) || message=${message:-exit code $code}
    [[ -e $lab_private/launched || $code != 0 ]] || { code=69 message='the environment was not set up to its end'; }
    [[ ! -e $lab_private/launch-error ]] || message=$(<"$lab_private/launch-error")
    ((code == 0)) || state=failed
    lab_gather_metrics eval.log eval
  fi
  wall=$(date +%s.%N | awk -v start="$begun" '{ printf "%.3f", $1 - start }')
  lab_now
  local at=$REPLY
  lab_resume_record
  lab_json_object type text evaluation v raw 1 run text "$lab_run" attempt raw "$lab_attempt" state text "$state" \
    code raw "$code" signal text "$signal" message text "$message" checkpoint raw "$REPLY" \
    started_at text "$started_at" at text "$at" wall_s raw "$wall"
  lab_write_once "$lab_attempt_dir/eval.json" "$REPLY"
  (($? != 1)) || lab_say "cannot write '$lab_attempt_dir/eval.json': is the disk full?"
  lab_say "$lab_run: evaluation $state${message:+: $message}"
}

# What is to be evaluated: a policy's choice, or the path that the recipe names, in the run's directory.
lab_find_evaluated() {
  local path=$lab_eval_checkpoint
  case $path in
    '') ;;
    latest | best)
      lab_find_checkpoint "$path"
      [[ -n $lab_resume_path$lab_resume_trouble ]] || lab_resume_trouble="the run has no checkpoint"
      ;;
    *)
      [[ $path == /* ]] || path=$lab_run_dir/$path
      if [[ -e $path ]]; then lab_resume_path=$path lab_resume_how=given; else lab_resume_trouble="'$path' does not exist"; fi
      ;;
  esac
}

# As the command is run, with a log of its own. A warning before the time limit is none of its business.
lab_run_evaluation() {
  rm -f -- "$lab_private/launched" "$lab_private/launch-error"
  lab_told=yes lab_group='' lab_job_state='' lab_status=0
  lab_starter=lab_launch_evaluation lab_log=eval.log
  lab_run_command
  lab_phase=finish
}

# Runs in the process that becomes the evaluation.
lab_launch_evaluation() {
  local lab_name lab_value=$lab_resume_path i
  [[ -z $lab_resume_path ]] || export LAB_CHECKPOINT=$lab_resume_path
  lab_resume_path=''
  lab_workdir=$lab_eval_workdir lab_command=()
  [[ $lab_eval_line != true ]] || lab_value=${lab_value//\'/\'\\\'\'}
  for i in "${!lab_eval_command[@]}"; do
    lab_fill_checkpoint "${lab_eval_command[i]}" "$lab_value"
    lab_command+=("$REPLY")
  done
  lab_launcher=$lab_eval_launcher
  for lab_name in nodes processes port port_offset gpus; do
    i=lab_eval_launcher_$lab_name
    printf -v "lab_launcher_$lab_name" '%s' "${!i}"
  done
  lab_launcher_extra=("${lab_eval_launcher_extra[@]}")
  lab_launch
}

# A word with the checkpoint in its places, in REPLY. What the path holds is no place.
lab_fill_checkpoint() {
  local rest=$1 place=$'\001checkpoint\001'
  REPLY=''
  while [[ $rest == *"$place"* ]]; do
    REPLY+=${rest%%"$place"*}$2
    rest=${rest#*"$place"}
  done
  REPLY+=$rest
}
