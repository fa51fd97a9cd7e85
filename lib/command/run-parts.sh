# shellcheck shell=sh
# What lab-run does around its pipe: it says what a part could not, and what ^C leaves. The build puts it in lab-run, which
# names it ($me).

# A part that dies without a word (killed, not found) is spoken for: the parts after it pass a failure on and exit with
# its code, so that the last one's status is the truth also in a shell without pipefail.
part() {
  [ "$1" != lab-snapshot ] || unset LAB_WARNINGS
  "$@" && return
  set -- "$1" $?
  case $2 in
    [0-9] | 6[4-9] | 7[0-8]) ;;
    *) printf '\n{"type":"failure","v":1,"command":"%s","code":"software","message":"ended with status %s"}\n' "$@" ;;
  esac
  return "$2"
}

# A recipe is no pipeline, and one run all the same.
tell_of_recipes() {
  awk '/^{"type":"run"/ && !/"pipeline":{"id"/ {
    print "lab-pipeline: a recipe without [stages] is one run, as of lab run" >"/dev/stderr"
  }
  { print }'
}

# Of what ^C leaves its owner hears, and what she can do with it; lab-wait speaks for what it has heard of itself.
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
stopped() {
  trap - INT
  lab-ls --table --no-header --columns id,state --since "$began" --state planned --state submitted 2>/dev/null |
    awk -v me="$me" '
      { handle = substr($1, length($1) - 5); what[$2] = $2 == "planned" ? "is made and not submitted" : "is submitted" }
      NR <= 3 { printf "%s: %s %s: lab %s %s, lab cancel %s\n", me, $1, what[$2], $2 == "planned" ? "submit" : "wait", handle, handle }
      END { if (NR > 3) printf "%s: and %d more: lab status\n", me, NR - 3 }' >&2
  kill -INT $$
}
