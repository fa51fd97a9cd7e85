# -------------------------------------------------------------------------------------------------------- in order

lab_main() {
  if [[ -n ${lab_one_job-} ]]; then
    [[ ${1-} == --lab-element ]] || lab_run_elements "$@"
    lab_find_element "${2-}"
  elif [[ -n ${lab_array-} ]]; then
    lab_find_element "${SLURM_ARRAY_TASK_ID-}"
  fi
  lab_private='' lab_taken='' lab_steps_watch='' lab_record_watch='' lab_status=0 lab_signal=''
  lab_beat_s=${LAB_BEAT_S:-60} lab_gate_wait_s=${LAB_GATE_WAIT_S:-90}
  lab_prepare
  lab_file_host=${lab_host%%.*}
  lab_begin_attempt
  lab_set_traps
  lab_fence
  [[ -z ${lab_array-} ]] || lab_write_params
  lab_open_private
  lab_place_source
  lab_start_watch
  lab_unpack_source
  lab_pass_gate
  lab_make_outputs
  lab_resume
  lab_count_down
  lab_run_command
  lab_finish
}

lab_main "${@:2}"
