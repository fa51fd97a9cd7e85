# -------------------------------------------------------------------------------------------------- the environment
# All of this runs in the process that becomes the command, so that nothing a module or a setup line does reaches the
# runtime itself; and what is exported here may not be called like a variable of the runtime (they all begin with lab_).

# The environment of the command, in the order in which later words count more.
lab_set_environment() {
  export -n LC_ALL # for bash alone: what it reads here are bytes
  [[ -z ${LAB_CALLER-} ]] || lab_take_caller
  lab_export "${lab_site_env[@]}"
  lab_export "${lab_recipe_env[@]}"
  lab_export_contract
  lab_take_secrets
  lab_load_modules
  lab_activate_conda
  lab_activate_venv
  lab_run_setup
  [[ :$PYTHONPATH: == *":$lab_python:"* ]] || export PYTHONPATH=${PYTHONPATH:+$PYTHONPATH:}$lab_python
}

# The end of the launch: main finds the words and writes the record.
lab_fail_launch() {
  printf '%s\n' "$1" >"$lab_private/launch-error"
  lab_say "$1"
  exit "${2:-69}"
}

lab_export() {
  local lab_word
  for lab_word in "$@"; do export "${lab_word?}"; done
}

# What the caller had exported, for `inherit = true`; names that no shell variable can have are left behind.
lab_take_caller() {
  local lab_word lab_name
  while IFS= read -r -d '' lab_word; do
    lab_name=${lab_word%%=*}
    case $lab_name in
      BASH_FUNC_*%%)
        lab_name=${lab_name#BASH_FUNC_}
        eval "${lab_name%\%\%} ${lab_word#*=}" && export -f "${lab_name%\%\%}"
        ;;
      *[!A-Za-z0-9_]* | [0-9]* | '' | lab_* | BASHOPTS | SHELLOPTS | BASH_VERSINFO | EUID | UID | PPID | SLURM_* | LAB_* | _) ;;
      *) export "${lab_word?}" ;;
    esac
  done <"$LAB_CALLER" 2>/dev/null
  export -n LAB_CALLER
}

# What every job is given.
lab_export_contract() {
  local i
  export LAB_RUN_ID=$lab_run LAB_RUN_DIR=$lab_run_dir LAB_CONTEXT=$lab_submission_dir/context.json \
    LAB_PARAMS=$lab_params LAB_ATTEMPT=$lab_attempt LAB_SCRATCH=$lab_private/scratch \
    LAB_METRICS=$lab_attempt_dir/metrics-$lab_file_host-$BASHPID.ndjson PYTHONUNBUFFERED=${PYTHONUNBUFFERED:-1}
  [[ -z $lab_seed ]] || export LAB_SEED=$lab_seed
  [[ -z $lab_resume_path ]] || export LAB_RESUME_FROM=$lab_resume_path
  [[ -z ${lab_array-} ]] || export LAB_ARRAY_ID=$lab_array LAB_ARRAY_INDEX=$lab_index
  for i in "${!lab_input_role[@]}"; do
    export "LAB_INPUT_${lab_input_variable[i]}=${lab_input_path[i]}"
    [[ -z ${lab_input_steps[i]-} ]] || export "LAB_INPUT_${lab_input_variable[i]}_STEPS=${lab_input_steps[i]}"
  done
  for i in "${!lab_output_role[@]}"; do export "LAB_OUTPUT_${lab_output_variable[i]}=${lab_output_path[i]}"; done
  lab_export_tracking
}

# Weights & Biases, where it is asked for. What the recipe's own [env] says counts more. What it writes (all of a run, where
# it has no network) would be gone with the source, so it goes to the run's directory.
lab_export_tracking() {
  local lab_word lab_name
  ((${#lab_wandb[@]} == 0)) || export WANDB_DIR=${WANDB_DIR:-$lab_run_dir}
  for lab_word in "${lab_wandb[@]}"; do
    lab_name=${lab_word%%=*}
    [[ -n ${!lab_name-} ]] || export "${lab_word?}"
  done
}

# The secrets that the recipe names, from a file that nobody else can read. It is read, never executed.
lab_take_secrets() {
  local file=$HOME/.config/lab/secrets.env lab_word lab_name
  ((${#lab_pass[@]} > 0)) || return 0
  [[ -f $file && -r $file ]] || lab_fail_launch "cannot read '$file', where the value of ${lab_pass[0]} should be"
  case $(stat -L -c '%u %a' -- "$file") in
    "$EUID 600" | "$EUID 400") ;;
    "$EUID "*) lab_fail_launch "'$file' can be read by others; remedy: chmod 600 '$file'" 77 ;;
    *) lab_fail_launch "'$file' belongs to somebody else" 77 ;;
  esac
  for lab_name in "${lab_pass[@]}"; do
    lab_secret "$lab_name" "$file" || lab_fail_launch "the secret $lab_name is not in '$file'"
    export "$lab_name=$REPLY"
  done
}

# The last value of a name in a file of lines KEY=value, with or without quotes or `export`; in REPLY.
lab_secret() {
  local line value='' found=1
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line%$'\r'}
    [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?"$1"=(.*)$ ]] || continue
    value=${BASH_REMATCH[2]} found=0
    if [[ $value =~ ^\"(.*)\"[[:space:]]*$ || $value =~ ^\'(.*)\'[[:space:]]*$ ]]; then value=${BASH_REMATCH[1]}; fi
  done <"$2"
  REPLY=$value
  return "$found"
}

lab_load_modules() {
  local lab_name lab_file lab_before
  ((${#lab_modules[@]} > 0)) || return 0
  lab_find_module
  for lab_name in "${lab_modules[@]}"; do
    lab_before=${LOADEDMODULES-}
    module load "$lab_name" || lab_fail_launch "cannot load the module '$lab_name': module load said $?"
    # Old versions say that all is well whatever happens.
    [[ ${LOADEDMODULES-} != "$lab_before" || :${LOADEDMODULES-}: =~ :"$lab_name"[:/] ]] ||
      lab_fail_launch "cannot load the module '$lab_name': it is not loaded, though module load said nothing of it"
  done
}

# The module function: from the file that the cluster's configuration names, else from where it usually is.
lab_find_module() {
  local lab_file
  if [[ -n $lab_module_init ]]; then
    [[ -r $lab_module_init ]] || lab_fail_launch "cannot read '$lab_module_init', the cluster's module_init"
    . "$lab_module_init"
  else
    for lab_file in /etc/profile.d/{modules,lmod,z00_lmod,00-modules,zz-modules}.sh "${MODULESHOME:-/nowhere}/init/bash" \
      "${LMOD_PKG:-/nowhere}/init/bash" /usr/share/{lmod/lmod,modules,Modules}/init/bash /opt/{lmod/lmod,modules}/init/bash; do
      [[ $(type -t module) == function ]] && break
      [[ ! -r $lab_file ]] || . "$lab_file"
    done
  fi
  [[ $(type -t module) == function ]] ||
    lab_fail_launch "cannot find the module command; the cluster's configuration can name the file that defines it (module_init)"
}

lab_activate_conda() {
  local lab_file lab_base=
  [[ -n $lab_conda ]] || return 0
  if [[ $(type -t conda) != function ]]; then
    lab_base=$(conda info --base 2>/dev/null) || lab_base=${CONDA_EXE%/bin/conda}
    for lab_file in "${lab_base:-/nowhere}" ~/{miniforge3,mambaforge,miniconda3,anaconda3,conda} \
      /opt/{conda,miniforge3,miniconda3,anaconda3}; do
      lab_file+=/etc/profile.d/conda.sh
      [[ -r $lab_file ]] && . "$lab_file" && break
    done
  fi
  [[ $(type -t conda) == function ]] || lab_fail_launch "cannot find conda, which the environment '$lab_conda' needs"
  conda activate "$lab_conda" || lab_fail_launch "cannot activate the conda environment '$lab_conda'"
}

lab_activate_venv() {
  local lab_file=$lab_venv
  [[ -n $lab_venv ]] || return 0
  [[ $lab_file != \~/* ]] || lab_file=$HOME/${lab_file#\~/}
  [[ $lab_file == /* ]] || lab_file=$lab_source/$lab_file
  [[ -r $lab_file/bin/activate ]] || lab_fail_launch "cannot find the virtual environment '$lab_file' (no bin/activate)"
  . "$lab_file/bin/activate" || lab_fail_launch "cannot activate the virtual environment '$lab_file'"
}

# The recipe's own lines, one after the other, in this shell; a line that fails is the end.
lab_run_setup() {
  local lab_word
  for lab_word in "${lab_setup[@]}"; do
    eval "$lab_word" || lab_fail_launch "the setup line '$lab_word' failed with exit code $?"
  done
  set +eu
}
