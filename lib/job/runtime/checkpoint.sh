# ------------------------------------------------------------------------------------------------- what it goes on from
# The right checkpoint is the one that the run's pointer names; else the last complete step of its streams; else the file
# or directory with the highest step in its name. What would have to be guessed is an error. It is never told by times,
# and never looked for outside the run's own directory and its outputs.

# An attempt after the first goes on from the run's right checkpoint; where there is none yet, and in the first attempt,
# from what the run was given.
lab_find_resume() {
  lab_resume_path='' lab_resume_step='' lab_resume_how='' lab_resume_trouble=''
  (($1 == 1)) || [[ $lab_checkpoints != true ]] || lab_find_checkpoint latest
  if [[ -z $lab_resume_path$lab_resume_trouble && -n $lab_resume_from ]]; then
    lab_resume_path=$lab_resume_from lab_resume_step=$lab_resume_from_step lab_resume_how=given
  fi
}

# The checkpoint of a policy (`latest`, `best`) in lab_resume_path, or what is the trouble in lab_resume_trouble.
lab_find_checkpoint() {
  {
    IFS= read -r -d '' lab_resume_path
    IFS= read -r -d '' lab_resume_step
    IFS= read -r -d '' lab_resume_how
    IFS= read -r -d '' lab_resume_trouble
  } < <(lab_tell_checkpoint "$1")
}

# For start.json, in REPLY; nothing where it begins anew.
lab_resume_record() {
  REPLY=
  [[ -z $lab_resume_path ]] ||
    lab_json_object path text "$lab_resume_path" step raw "$lab_resume_step" how text "$lab_resume_how"
}

# Ends an attempt that cannot tell where to go on, waits for what it was given, and tells the command.
lab_resume() {
  local end=$((SECONDS + lab_gate_wait_s))
  [[ -z $lab_resume_trouble ]] || lab_end launch_error 66 "cannot tell what to resume from: $lab_resume_trouble"
  [[ -n $lab_resume_path ]] || return 0
  until [[ -e $lab_resume_path ]]; do
    ((SECONDS < end)) || lab_end input_error 66 "the checkpoint '$lab_resume_path' does not exist" '' "$lab_resume_path"
    lab_patiently sleep 1
    lab_refresh "${lab_resume_path%/*}/"
  done
  lab_say "$lab_run: goes on from '$lab_resume_path'"
  if [[ -n $lab_resume_arg && $lab_resume_style == space ]]; then
    lab_command+=("$lab_resume_arg" "$lab_resume_path")
  elif [[ -n $lab_resume_arg ]]; then
    lab_command+=("$lab_resume_arg=$lab_resume_path")
  fi
}

# Path, step, how and trouble, each with a NUL at its end. In a process of its own, for what it sets.
lab_tell_checkpoint() {
  local place path='' step='' how='' trouble='' places=() candidates=() numbers=() names=()
  shopt -s globstar nullglob
  shopt -u nocaseglob dotglob
  lab_list_places
  if lab_find_pointer; then
    how=pointer
  elif [[ -z $trouble ]]; then
    lab_list_stream_steps
    if ((${#candidates[@]})); then how=step; else lab_list_checkpoint_files; fi
    [[ $1 != best ]] || lab_keep_best
    lab_choose_latest
  fi
  printf '%s\0' "$path" "$step" "$how" "$trouble"
}

# The run's directory and those of its outputs. (A stream has its own rule.)
lab_list_places() {
  local i
  places=("$lab_run_dir")
  for i in "${!lab_output_role[@]}"; do
    [[ ${lab_output_stream[i]} == true || ! -d ${lab_output_path[i]} ]] || places+=("${lab_output_path[i]}")
  done
}

# The step in a name, in REPLY; false if there is none. These are slurmforge's patterns, in its order.
lab_step_in_name() {
  local pattern name=${1,,}
  for pattern in 'global[_-]?step[_=-]?([0-9]+)' 'step[_=-]?([0-9]+)' 'checkpoint[_=-]?([0-9]+)' 'ckpt[_=-]?([0-9]+)'; do
    [[ $name =~ $pattern ]] && ((${#BASH_REMATCH[1]} <= 15)) && REPLY=$((10#${BASH_REMATCH[1]})) && return 0
  done
  REPLY=
  return 1
}

# The checkpoint that the pointer file names. False where there is no such file, or, with the trouble, where it names none.
lab_find_pointer() {
  local file text='' said at real own
  [[ -n $lab_checkpoint_pointer ]] || return 1
  for place in "${places[@]}"; do
    file=$place/$lab_checkpoint_pointer
    [[ -e $file ]] || continue
    trouble="'$file' names no checkpoint"
    [[ -f $file ]] && text=$(head -c 65536 -- "$file" 2>/dev/null | tr -d '\000') && lab_said_by "$text" || return
    said=$REPLY trouble="'$file' names '$said', which is not there"
    for at in "${file%/*}/$said" "$place/$said"; do
      [[ $said != /* ]] || at=$said
      [[ ! -e $at ]] || break
    done
    path=$(realpath -s -- "$at" 2>/dev/null) && real=$(realpath -e -- "$at" 2>/dev/null) || { path='' && return 1; }
    trouble="'$file' names '$path', which is none of this run's own"
    for own in "$lab_run_dir" "${lab_output_path[@]}"; do
      own=$(realpath -e -- "$own" 2>/dev/null) && [[ $real == "$own"/* ]] || continue
      trouble=''
      lab_step_in_name "${path##*/}"
      step=$REPLY
      return 0
    done
    path=''
    return 1
  done
  return 1
}

# What the text of a pointer says, in REPLY: a path in JSON, or its first line.
lab_said_by() {
  local key line string='"(([^"\\]|\\.)+)"' text=$1
  text=${text#"${text%%[![:space:]]*}"}
  if [[ $text == '{'* ]]; then
    for key in latest_checkpoint_rel latest_checkpoint checkpoint path; do
      [[ $text =~ \""$key"\"[[:space:]]*:[[:space:]]*$string ]] || continue
      REPLY=$(LC_ALL=C.UTF-8 /usr/bin/env printf '%b' "${BASH_REMATCH[1]//\\\//\/}")
      return 0
    done
    return 1
  fi
  line=${text%%$'\n'*}
  REPLY=${line%"${line##*[![:space:]]}"}
  [[ -n $REPLY ]]
}

# The complete steps of the run's streams: those with their marker.
lab_list_stream_steps() {
  local i dir digits
  for i in "${!lab_output_role[@]}"; do
    [[ ${lab_output_stream[i]} == true && -n ${lab_output_marker[i]} ]] || continue
    for dir in "${lab_output_path[i]}"/*[0-9]/; do
      dir=${dir%/} digits=${dir##*[!0-9]}
      ((${#digits} <= 15)) && [[ ! -L $dir && -e $dir/${lab_output_marker[i]} ]] || continue
      candidates+=("$dir") numbers+=("$((10#$digits))") names+=("${dir##*/}")
    done
  done
}

# What the globs match; of the files in a directory whose name has a step, that directory.
lab_list_checkpoint_files() {
  local IFS='' glob file
  local -A seen=()
  for place in "${places[@]}"; do
    cd -- "$place" 2>/dev/null || continue
    for glob in "${lab_checkpoint_globs[@]}"; do
      [[ /$glob/ != */../* && $glob != /* ]] || continue
      # shellcheck disable=SC2086 # the glob is to be matched; nothing splits it
      for file in $glob; do
        [[ $place == "$lab_run_dir" && $file =~ ^(\.lab|src\.[0-9]+)/ ]] || [[ ! -f $file || -L $file ]] ||
          lab_add_candidate "$file" "$glob"
      done
    done
  done
}

# What the glob spells out is the recipe's word, and tells neither a step nor that something is still being written.
lab_add_candidate() {
  local at='' parts part i spelled=0 IFS=/
  read -ra parts <<<"$2"
  for part in "${parts[@]}"; do
    [[ $part != *['*?[']* ]] || break
    ((++spelled))
  done
  ((spelled < ${#parts[@]})) || spelled=$((${#parts[@]} - 1))
  IFS=/ read -r -d '' -a parts < <(printf '%s\0' "$1")
  for ((i = spelled; i < ${#parts[@]}; i++)); do
    lab_is_unfinished "${parts[i]}" && return
  done
  for ((i = 0; i < ${#parts[@]}; i++)); do
    at+=${at:+/}${parts[i]}
    ((i >= spelled)) || continue
    [[ ! -L $at ]] || return 0
    ((i < ${#parts[@]} - 1)) && lab_step_in_name "${parts[i]}" && break
  done
  [[ -z ${seen["$place/$at"]-} ]] || return 0
  seen["$place/$at"]=yes
  lab_step_in_name "${at##*/}"
  candidates+=("$place/$at") numbers+=("$REPLY") names+=("$1")
}

# Whether a name says that what it names is still being written, or is nobody's business.
lab_is_unfinished() {
  [[ $1 == .* || $1 == tmp[-_]* || $1 =~ \.(tmp|temp|part|partial|incomplete)$ ]]
}

# Those that are called the best, if any are.
lab_keep_best() {
  local i best=() of=()
  for i in "${!candidates[@]}"; do
    [[ ${names[i],,} != *best* ]] || { best+=("${candidates[i]}") && of+=("${numbers[i]}"); }
  done
  ((${#best[@]} == 0)) || { candidates=("${best[@]}") numbers=("${of[@]}") how=''; }
}

# The one candidate, or the one with the highest step.
lab_choose_latest() {
  local i highest=-1 first=()
  for i in "${!candidates[@]}"; do
    ((${numbers[i]:--1} < highest)) && continue
    ((${numbers[i]:--1} == highest)) || first=()
    highest=${numbers[i]:--1}
    first+=("${candidates[i]}")
  done
  if ((${#first[@]} == 1)); then
    path=${first[0]} step=${highest#-1}
    ((${#candidates[@]} > 1)) && how=step || how=${how:-single}
  elif ((${#first[@]} > 1)); then
    trouble="of ${#candidates[@]} checkpoints none has a step in its name"
    ((highest < 0)) || trouble="${#first[@]} checkpoints are of step $highest"
    trouble+=": $(printf '%s\n' "${first[@]}" | sort | head -n 10 | paste -s -d , | sed 's/,/, /g')"
  else
    how=''
  fi
}
