# ------------------------------------------------------------------------------------------- what it ran on and with
# Best effort, beside the command: a slow file system must not keep the run from starting.

lab_watch_record() {
  local pause=0.1
  trap '' TERM INT HUP QUIT XCPU USR1 USR2
  lab_record_hardware
  until [[ -e $lab_private/launched || -e $lab_private/launch-error ]] || lab_pipe_closes "$pause"; do pause=1; done
  if [[ -e $lab_private/environment ]]; then
    lab_record_environment
    lab_record_packages
  fi
  : >"$lab_private/recorded"
}

lab_record_hardware() {
  local model cores memory kernel gpus='' driver='' cuda='' version name list=''
  model=$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo 2>/dev/null)
  cores=$(nproc 2>/dev/null)
  memory=$(awk '/^MemTotal:/ { printf "%.0f", $2 * 1024 }' /proc/meminfo 2>/dev/null)
  kernel=$(uname -r)
  if [[ -n $(type -P nvidia-smi) ]]; then
    while IFS=, read -r version name; do
      driver=$version
      lab_json_string "${name# }"
      list+=,$REPLY
    done < <(lab_briefly 20 nvidia-smi --query-gpu=driver_version,name --format=csv,noheader 2>/dev/null)
    gpus="[${list#,}]"
    cuda=$(lab_briefly 20 nvidia-smi 2>/dev/null | sed -n 's/.*CUDA Version: *\([0-9.]*\).*/\1/p')
  fi
  lab_json_object type text hardware v raw 1 run text "$lab_run" attempt raw "$lab_attempt" host text "$lab_host" \
    cpu text "$model" cpus raw "$cores" mem_bytes raw "$memory" kernel text "$kernel" \
    gpus raw "$gpus" driver text "$driver" cuda text "$cuda"
  lab_write_once "$lab_attempt_dir/hardware.json" "$REPLY"
}

# The environment as the command was given it; what is called like a secret has no value here.
lab_record_environment() {
  local word name variables='' conda='' python locks modules='' loaded
  while IFS= read -r -d '' word; do
    name=${word%%=*}
    case $name in
      LOADEDMODULES) modules=${word#*=} ;;
      CONDA_PREFIX) conda=${word#*=} ;;
    esac
    lab_without_secrets "$name" "${word#*=}"
    word=$REPLY
    lab_json_string "$name"
    name=$REPLY
    lab_json_string "$word"
    variables+=,$name:$REPLY
  done <"$lab_private/environment"
  python=$(lab_python3 -V 2>&1 | sed -n 's/^Python //p')
  lab_lock_files
  locks=$REPLY
  IFS=: read -ra loaded <<<"$modules"
  lab_json_list "${loaded[@]}"
  modules=$REPLY
  lab_conda_packages "$conda"
  lab_json_object type text environment v raw 1 run text "$lab_run" attempt raw "$lab_attempt" \
    variables raw "{${variables#,}}" modules raw "$modules" python text "$python" conda text "$lab_conda" \
    conda_packages raw "$REPLY" venv text "$lab_venv" container text "$lab_container" \
    container_digest text "$(lab_container_digest)" locks raw "$locks"
  lab_write_once "$lab_attempt_dir/env.json" "$REPLY"
}

# The value of a variable in REPLY; … if it is called like a secret, and instead of passwords in URLs and of what is called
# like a secret inside of it (`https://user:…@host?token=…`, `AccountKey=…;`). Rather too much is hidden than too little.
lab_without_secrets() {
  local name=${1^^}
  REPLY=$2
  # What is known to be none: paths of roles, TOKENIZERS_PARALLELISM, MAX_TOKENS=2048.
  [[ $name != LAB_INPUT_* && $name != LAB_OUTPUT_* && $name != PWD && $name != OLDPWD ]] || name=
  [[ $2 == *[!0-9]* ]] || name=${name//TOKENS/}
  if [[ ${name//TOKENIZER/} == @($lab_secret_names|BASH_FUNC_*%%) ]]; then
    REPLY=…
  elif [[ $2 == *://*@* || $2 == *=* ]]; then
    # \x01 for the while stands within words that are none: tokenizers, and tokens that are counted.
    REPLY=$(sed -E <<<"$2" \
      -e 's!(TOK)(ENIZER)!\1\x01\2!gI' \
      -e 's!(TOK)(ENS[[:alnum:]_.-]*==?[0-9][0-9.]*([&;#[:space:]]|$))!\1\x01\2!gI' \
      -e 's!://[^/?#[:space:]]*@!://…@!g' \
      -e 's!://[^/:@[:space:]]*:[0-9]*[^0-9/@[:space:]][^@[:space:]]*@!://…@!g' \
      -e 's!((^|[^[:alnum:]_.\x01-])[[:alnum:]_.\x01-]*'"$lab_secret_words"'[[:alnum:]_.\x01-]*=)[^&;#[:space:]]+!\1…!gI' \
      -e 's!\x01!!g')
  fi
}
lab_secret_words='(KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|AUTH|COOKIE|SIG)'
lab_secret_names='*@(KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|CREDS|AUTH|COOKIE|PRIVATE|SIGNATURE|WEBHOOK|CONNECTION_STRING'
lab_secret_names+='|JWT|BEARER)*'

# Python as the command would find it, for a short while. (Its environment is no argument of a program, which all on the
# node could read.)
lab_python3() {
  local lab_word lab_timeout lab_wrapper=()
  lab_timeout=$(type -P timeout)
  [[ ! -e $lab_private/wrapper ]] ||
    while IFS= read -r -d '' lab_word; do lab_wrapper+=("$lab_word"); done <"$lab_private/wrapper"
  (
    while IFS= read -r lab_word; do export -n "${lab_word?}"; done < <(compgen -e)
    while IFS= read -r -d '' lab_word; do
      [[ ${lab_word%%=*} == *[!A-Za-z0-9_]* ]] || export "${lab_word?}"
    done <"$lab_private/environment"
    cd / && exec "$lab_timeout" --foreground -s KILL 20 "${lab_wrapper[@]}" python3 -B "$@"
  ) </dev/null
}

# The packages of a conda environment, as it names them itself; a JSON list in REPLY, or nothing.
lab_conda_packages() {
  local file packages=()
  REPLY=
  for file in "${1:-/nowhere}"/conda-meta/*.json; do
    file=${file##*/}
    [[ $file == '*.json' ]] || packages+=("${file%.json}")
  done
  ((${#packages[@]} == 0)) || lab_json_list "${packages[@]}"
}

# The files of the source that pin what is installed, as `{name: digest}` in REPLY.
lab_lock_files() {
  local file list='' sum
  for file in uv.lock poetry.lock pdm.lock Pipfile.lock requirements.txt environment.yml environment.yaml conda-lock.yml \
    pixi.lock flake.lock; do
    [[ -f $lab_source/$file ]] || continue
    sum=$(sha256sum <"$lab_source/$file")
    lab_json_string "$file"
    list+=,$REPLY:\"sha256:${sum%% *}\"
  done
  REPLY="{${list#,}}"
}

lab_container_digest() {
  local image=$lab_container sum
  [[ -n $image && $image != *://* ]] || return 0
  [[ $image == /* ]] || image=$lab_source/$image
  [[ -f $image ]] || return 0
  sum=$(sha256sum <"$image") && printf 'sha256:%s' "${sum%% *}"
}

# What Python has installed, as pip freeze would have it, without pip.
lab_record_packages() {
  local list
  list=$(lab_python3 -c '
try:
    from importlib.metadata import distributions
    found = {"%s==%s" % (d.metadata["Name"], d.version) for d in distributions()}
except ImportError:
    from pkg_resources import working_set
    found = {"%s==%s" % (d.project_name, d.version) for d in working_set}
print("\n".join(sorted(found)))' 2>/dev/null) && lab_write_once "$lab_attempt_dir/freeze.txt" "$list"
}

# Metrics that were printed become lines of a file.
lab_gather_metrics() {
  local file=$lab_attempt_dir/metrics-$lab_file_host-${2-log}.ndjson log=$lab_attempt_dir/${1-job.log}
  local temp=$lab_attempt_dir/.tmp-$lab_file_host-$BASHPID-metrics
  [[ -f $log && ! -e $file ]] && grep -q -a '^lab-metric ' -- "$log" || return 0
  # Not by way of a variable: there may be more of them than the job has memory.
  if lab_printed_metrics <"$log" >"$temp"; then
    [[ -z $lab_can_sync ]] || sync -- "$temp" 2>/dev/null
    ln -T -- "$temp" "$file" 2>/dev/null
  fi
  rm -f -- "$temp"
}

# What is in `lab-metric {"name": …}`, and in `lab-metric loss=0.5 accuracy=0.9 step=3`: names that need no escape in JSON,
# decimal numbers, nan and inf. Of a name that stands there twice the last value counts.
lab_printed_metrics() {
  grep -a '^lab-metric ' | tr '\000' '\001' | awk '
    function json(text,  sign, exponent) {
      sign = text ~ /^-/ ? "-" : ""
      sub(/^[-+]/, "", text)
      if (match(text, /[eE]/)) { exponent = substr(text, RSTART); text = substr(text, 1, RSTART - 1) }
      sub(/\.$/, "", text); sub(/^0+/, "", text)
      return sign (text ~ /^[0-9]/ ? "" : "0") text exponent
    }
    # JSON has no number for these.
    function word(text) {
      if (tolower(text) ~ /nan$/) return "\"NaN\""
      return text ~ /^-/ ? "\"-Infinity\"" : "\"Infinity\""
    }
    BEGIN {
      special = "^[-+]?(nan|inf|infinity)$"
      number = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$"
    }
    { sub(/^lab-metric [ \t\r\v\f]*/, "") }
    /^\{/ { print; next }
    {
      gsub(/[\r\v\f]/, " ")
      split("", value); names = 0
      for (i = 1; i <= NF; i++) {
        at = index($i, "="); name = substr($i, 1, at - 1)
        if (at > 0 && !(name in value)) order[++names] = name
        if (at > 0) value[name] = substr($i, at + 1)
      }
      step = ("step" in value) && value["step"] ~ number ? ",\"step\":" json(value["step"]) : ""
      for (i = 1; i <= names; i++) {
        name = order[i]
        if (name == "" || name == "step" || name ~ /["\\\001-\037]/) continue
        if (value[name] ~ number) text = json(value[name])
        else if (tolower(value[name]) ~ special) text = word(value[name])
        else continue
        print "{\"name\":\"" name "\",\"value\":" text step "}"
      }
    }'
}
