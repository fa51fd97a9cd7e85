# ------------------------------------------------------------------------------------------------ words and records

# Tells whoever reads the scheduler's output file.
lab_say() { printf 'lab: %s\n' "$*" >&2; }

# The time as records have it, in REPLY.
lab_now() {
  REPLY=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
  # The signal that ends a job may have ended date with it; a record without a time would be none.
  [[ $REPLY == *Z ]] || TZ=UTC0 printf -v REPLY '%(%Y-%m-%dT%H:%M:%S.000Z)T' -1
}

# Any bytes as a JSON string, with its quotes, in REPLY. What is not UTF-8 becomes U+FFFD. (LC_ALL is C: bytes are bytes.)
lab_json_string() {
  local text=$1 code char escape
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  if [[ $text == *[$'\001'-$'\037'$'\177']* ]]; then
    for code in {1..31} 127; do
      printf -v escape '\\u%04x' "$code"
      printf -v char '%03o' "$code"
      printf -v char "\\$char"
      text=${text//"$char"/$escape}
    done
  fi
  if [[ $text == *[$'\200'-$'\377']* ]]; then
    lab_valid_utf8 "$text"
    text=$REPLY
  fi
  REPLY="\"$text\""
}

# The text in REPLY, each byte that is not a part of UTF-8 (RFC 3629) replaced.
lab_valid_utf8() {
  local rest=$1 out='' plain n
  local c=[$'\200'-$'\277']
  while [[ -n $rest ]]; do
    plain=${rest%%[$'\200'-$'\377']*}
    out+=$plain
    rest=${rest:${#plain}}
    case $rest in
      '') break ;;
      [$'\302'-$'\337']$c*) n=2 ;;
      $'\340'[$'\240'-$'\277']$c* | [$'\341'-$'\354'$'\356'$'\357']$c$c* | $'\355'[$'\200'-$'\237']$c*) n=3 ;;
      $'\360'[$'\220'-$'\277']$c$c* | [$'\361'-$'\363']$c$c$c* | $'\364'[$'\200'-$'\217']$c$c*) n=4 ;;
      *) n=0 ;;
    esac
    if ((n)); then out+=${rest:0:n}; else out+=$'\357\277\275' n=1; fi
    rest=${rest:n}
  done
  REPLY=$out
}

# An object of fields that are given as three words each: name, `text` or `raw` (JSON as it is), value; in REPLY.
# A field without a value is left out: absent means unknown.
lab_json_object() {
  local fields=''
  while (($# >= 3)); do
    if [[ -n $3 ]]; then
      REPLY=$3
      [[ $2 == raw ]] || lab_json_string "$3"
      fields+=",\"$1\":$REPLY"
    fi
    shift 3
  done
  REPLY="{${fields#,}}"
}

# A list of strings in REPLY.
lab_json_list() {
  local word items=''
  for word in "$@"; do
    lab_json_string "$word"
    items+=",$REPLY"
  done
  REPLY="[${items#,}]"
}

# A field of one of our own JSON files, without its quotes, in REPLY. (A quote within a string is escaped, so that the
# pattern can't be found inside a value.)
lab_field() {
  local text
  { text=$(<"$1"); } 2>/dev/null || return 1
  lab_field_in "$text" "$2"
}

# The same of text that was read already.
lab_field_in() {
  local string='"(([^"\\]|\\.)*)"'
  [[ $1 =~ \""$2"\"[[:space:]]*:[[:space:]]*($string|[a-z0-9.+-]+) ]] || return 1
  REPLY=${BASH_REMATCH[1]}
  [[ $REPLY != \"* ]] || REPLY=${BASH_REMATCH[2]}
}

# Whether an attempt, by its exit.json, ended well by itself: what was asked to end and then said 0 has not succeeded.
lab_has_succeeded() {
  local text
  { text=$(<"$1"); } 2>/dev/null || return 1
  lab_field_in "$text" reason && [[ $REPLY == command ]] && lab_field_in "$text" code && [[ $REPLY == 0 ]] &&
    ! lab_field_in "$text" asked
}

# Writes a file whole and lets the disk have it; false if there is no room for it.
lab_write() { printf '%s\n' "$2" | dd of="$1" conv=fsync 2>/dev/null && ((PIPESTATUS[0] == 0)); }

# Writes a file that is written once: beside it, then linked to its name. 2 if another one was there first. A server
# that repeats a request may answer "exists" to the winner, so what is there is looked at.
lab_write_once() {
  local final=$1 temp=${1%/*}/.tmp-$lab_host-$BASHPID-$RANDOM status=0
  lab_write "$temp" "$2" || { rm -f -- "$temp" && return 1; }
  if ! ln -T -- "$temp" "$final" 2>/dev/null; then
    status=1
    [[ -e $final ]] && status=2
    [[ $temp -ef $final ]] && status=0
  fi
  rm -f -- "$temp"
  [[ -z $lab_can_sync ]] || sync -- "${final%/*}" 2>/dev/null
  return "$status"
}

# Makes a network file system look at a directory anew: it may remember names that were not there a while ago.
lab_refresh() { ls -f -- "$1" >/dev/null 2>&1; }

# Ends something after so many seconds for good: the watches, and what they start, take no notice of SIGTERM.
lab_briefly() { timeout --foreground -s KILL "$@"; }

# Runs something long where a signal is heard at once, and ends it if we are to hurry. Its status.
lab_patiently() {
  local status
  set -m
  lab_apart "$@" &
  lab_helper=$!
  set +m
  printf '%s\n' "$lab_helper" >"$lab_private/helper"
  lab_wait_for "$lab_helper"
  status=$?
  lab_helper=
  : >"$lab_private/helper"
  return "$status"
}

# The status of the helper or the watch of steps. A signal interrupts wait, and then it is asked again.
lab_wait_for() {
  local status
  while :; do
    lab_heard=
    [[ -z $lab_hurry ]] || lab_hasten
    wait "$1" 2>/dev/null
    status=$?
    [[ -n $lab_heard ]] || return "$status"
  done
}

# Ends what the end is waiting for.
lab_hasten() {
  local REPLY # may be in use where a signal comes
  [[ -z $lab_helper ]] || kill -s KILL -- "-$lab_helper" 2>/dev/null
  [[ -z $lab_steps_watch ]] || lab_kill_watch "$lab_steps_watch" "$lab_steps_start"
}
