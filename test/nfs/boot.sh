#!/bin/bash
# boot.sh SECONDS COMMAND... - runs a kernel as a process for at most so long. It and all that runs in it end when the time is
# over, and when our stdin does, since then whoever held its other end has died.
exec 3<&0 </dev/null
limit=$1
shift
"$@" 3<&- &
guest=$!
{
  read -r -t "$limit" -u 3
  # It makes itself the leader of a process group, in which are all the processes that run in it.
  kill -KILL "$guest" -- "-$guest"
} 2>/dev/null &
watch=$!
exec 3<&-
wait "$guest"
status=$?
# It can end without the others, too.
kill -KILL "$watch" -- "-$guest" 2>/dev/null
exit "$status"
