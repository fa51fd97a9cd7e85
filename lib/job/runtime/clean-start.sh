# ---------------------------------------------------------------------------------------------------- a clean start
# The script runs itself again in an empty environment, so that a run does not depend on what its submitter's shell had
# exported. The process stays the same one, so the scheduler's signals still reach it.
# In POSIX mode a function that the caller exported cannot stand in for `unset`, and the assignment turns that mode on.
if [[ ${1-} != --lab-clean-start ]]; then
  POSIXLY_CORRECT=1
  unset -f declare env exec mktemp printf set unset
  set +o posix
  lab_kept=()
  for lab_name in HOME USER LOGNAME TMPDIR CUDA_VISIBLE_DEVICES GPU_DEVICE_ORDINAL ZE_AFFINITY_MASK \
    LAB_BEAT_S LAB_GATE_WAIT_S "${!SLURM_@}" "${!ROCR_@}" "${!LAB_LOCAL_@}"; do
    [[ ${!lab_name+set} ]] && lab_kept+=("$lab_name=${!lab_name}")
  done
  # bash makes up a PATH where it was given none; that one is not worth keeping.
  [[ $(declare -p PATH 2>&1) == 'declare -x'* ]] && lab_kept+=("PATH=$PATH")
  if [[ $lab_inherit == true ]]; then
    lab_caller=$(umask 077 && mktemp "${TMPDIR:-/tmp}/lab-caller.XXXXXXXX") && /usr/bin/env -0 >"$lab_caller" ||
      { printf 'lab: cannot keep the environment of the caller\n' >&2 && exit 73; }
    lab_kept+=("LAB_CALLER=$lab_caller")
  fi
  [[ ${BASH##*/} == sh ]] && BASH=/bin/bash
  exec /usr/bin/env -i "${lab_kept[@]}" "$BASH" "$0" --lab-clean-start "$@"
fi
