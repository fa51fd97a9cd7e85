# shellcheck shell=bash disable=SC2154
# Starting, watching and ending the cluster's daemons. Sourced by cluster.
#
# Each daemon runs in the foreground of a session of its own, so that its pid is known before it does
# anything and log/NAME.err has what it says before it opens its log. It is known again by that pid, its
# program and its environment.

# Starts whatever does not run, in the order that Slurm needs, and waits until all of it answers.
start_all() {
  local daemon
  for daemon in "${daemons[@]}"; do
    [[ $daemon != "${nodes[0]}" ]] || launch_nodes
    start "$daemon"
  done
}

launch_nodes() {
  local node
  for node in "${nodes[@]}"; do alive "$node" || launch "$node"; done
}

# Starts a daemon unless it runs, and waits until it answers.
start() {
  [[ $(daemon_state "$1") != paused ]] || resume "$1"
  alive "$1" || launch "$1"
  within 120 ready_or_dead "$1" && alive "$1" && return
  tail -n 12 "$dir/log/$1".* >&2
  die 69 "cannot start $1: $(alive "$1" && echo "no answer for two minutes" || echo "it ended"), see above and $dir/log"
}

ready_or_dead() { ready "$1" 2>"$dir/log/$1.asked" || ! readlink "/proc/$(pid_of "$1")/exe" >/dev/null; }

# True when the daemon answers and what depends on it may start.
ready() {
  case $1 in
    munged) munge -n -S "$dir/munge/socket" >/dev/null ;;
    mariadbd) grant_database ;;
    slurmdbd) have_associations ;;
    slurmctld) scontrol ping >/dev/null ;;
    *) listening "$(port_of "$1")" && in_service "$1" ;;
  esac
}

launch() {
  case $1 in
    munged)
      [[ -s $dir/munge/key ]] || (umask 077 && head -c 128 /dev/urandom >"$dir/munge/key")
      spawn munged munged --foreground --force --num-threads=10 --origin=127.0.0.1 --socket="$dir/munge/socket" \
        --key-file="$dir/munge/key" --pid-file="$dir/munge/pid" --seed-file="$dir/munge/seed"
      ;;
    mariadbd)
      make_database
      spawn mariadbd mariadbd --no-defaults "${as_slurm[@]}" --datadir="$dir/db" --socket="$dir/db/sock" --skip-networking \
        --innodb-buffer-pool-size=128M --innodb-lock-wait-timeout=900 --innodb-flush-log-at-trx-commit=0 \
        --innodb-doublewrite=0 --innodb-flush-method=nosync --sync-frm=0 --skip-log-bin
      ;;
    slurmdbd | slurmctld) spawn "$1" "$1" -D ;;
    *) spawn "$1" slurmd -D -N "$1" ;;
  esac
}

# Runs a program with nothing of the caller's: own session, environment and files.
spawn() {
  local daemon=$1
  shift
  setsid env -i PATH="$PATH" SLURM_CONF="$SLURM_CONF" MYSQL_UNIX_PORT="$dir/db/sock" "$@" \
    </dev/null >>"$dir/log/$daemon.err" 2>&1 8>&- 9>&- &
  echo $! >"$dir/run/$daemon.pid"
  # Until it is the program that it is to be, it would be taken for none, and started a second time.
  within 10 alive_or_ended "$daemon"
}

alive_or_ended() { alive "$1" || ! readlink "/proc/$(pid_of "$1")/exe" >/dev/null; }

make_database() {
  [[ ! -d $dir/db ]] || return 0
  rm -rf -- "$dir/db.new"
  mariadb-install-db --no-defaults "${as_slurm[@]}" --datadir="$dir/db.new" --auth-root-authentication-method=normal \
    --skip-test-db --force >"$dir/log/mariadbd.install" 2>&1 || {
    tail -n 30 "$dir/log/mariadbd.install" >&2
    die 70 "cannot make a database in $dir/db"
  }
  mv -- "$dir/db.new" "$dir/db"
}

grant_database() {
  mariadb --no-defaults --socket="$dir/db/sock" --user=root <<'END'
create database if not exists slurm_acct;
create user if not exists slurm@localhost identified by 'slurm';
grant all on slurm_acct.* to slurm@localhost;
END
}

port_of() { echo $((port + 10 + ${1#"$prefix"})); }

node_state() { sinfo -h -n "$1" -o %T 2>/dev/null | head -n 1; }

# True if jobs can start on the node; takes it back into service if something took it out.
in_service() {
  case $(node_state "$1") in
    idle | mixed | allocated | completing) return ;;
    down* | drain* | inval*) scontrol update nodename="$1" state=resume ;;
  esac
  return 1
}

pause() {
  alive "$1" || die 69 "cannot pause $1: it does not run"
  kill -STOP "$(pid_of "$1")"
}

resume() {
  alive "$1" || die 69 "cannot resume $1: it does not run"
  kill -CONT "$(pid_of "$1")"
}

# Ends a daemon in good order, or by force after half a minute.
stop() {
  local pid
  alive "$1" || return 0
  pid=$(pid_of "$1")
  kill -CONT "$pid" && kill -TERM "$pid"
  within 30 gone "$1" || kill -KILL "$pid"
  within 30 gone "$1" || die 70 "cannot stop $1: process $pid stays after SIGKILL"
}

gone() { ! alive "$1"; }

# Ends what jobs left behind: their slurmstepd outlives slurmd, and in cgroups so do daemons of their own.
end_strays() {
  local process
  local -a strays=()
  for process in /proc/[0-9]*; do
    [[ $process/exe -ef /usr/sbin/slurmstepd ]] && ours "${process#/proc/}" slurmstepd && add_stray "${process#/proc/}"
  done 2>/dev/null
  mapfile -t -O "${#strays[@]}" strays < <(
    for node in "${nodes[@]}"; do find /sys/fs/cgroup/*/"slurm_$node" -name cgroup.procs -exec cat {} +; done 2>/dev/null
  )
  ((${#strays[@]} == 0)) || kill -KILL "${strays[@]}" 2>/dev/null
  within 10 remove_cgroups || note "some cgroups of ${nodes[*]} remain"
}

# Adds a process and all that descends from it to strays.
add_stray() {
  local child
  local -a children
  strays+=("$1")
  read -d '' -ra children < <(cat "/proc/$1/task/"*/children)
  for child in "${children[@]}"; do add_stray "$child"; done
}

remove_cgroups() {
  local node left=0
  for node in "${nodes[@]}"; do
    compgen -G "/sys/fs/cgroup/*/slurm_$node" >/dev/null || continue
    find /sys/fs/cgroup/*/"slurm_$node" -depth -type d -exec rmdir {} + 2>/dev/null || left=1
  done
  return "$left"
}

alive() { ours "$(pid_of "$1")" "$(program_of "$1")"; }

any_alive() {
  local daemon
  for daemon in "${daemons[@]}"; do ! alive "$daemon" || return 0; done
  return 1
}

pid_of() {
  local pid=
  [[ ! -f $dir/run/$1.pid ]] || read -r pid <"$dir/run/$1.pid"
  echo "${pid:-0}"
}

program_of() {
  case $1 in
    munged | mariadbd | slurmdbd | slurmctld) echo "$1" ;;
    *) echo slurmd ;;
  esac
}

# True if the process runs this program for this cluster. A zombie runs none.
ours() {
  local program
  program=$(readlink "/proc/$1/exe") || return
  program=${program% (deleted)}
  program=${program##*/}
  [[ ${program%-wlm} == "$2" ]] && grep -qzxF "SLURM_CONF=$SLURM_CONF" "/proc/$1/environ" 2>/dev/null
}

# Prints up, paused or down.
daemon_state() {
  local state
  alive "$1" || {
    echo down
    return
  }
  read -r _ _ state _ <"/proc/$(pid_of "$1")/stat"
  [[ $state == T ]] && echo paused || echo up
}

# Sets daemon to the one that was meant.
find_daemon() {
  for daemon in "${daemons[@]}"; do
    [[ $1 != "$daemon" ]] || return 0
  done
  find_node "$1"
}

find_node() {
  for daemon in "${nodes[@]}"; do
    [[ $1 != "$daemon" && $1 != "${daemon#"$prefix"}" ]] || return 0
  done
  die 66 "no such daemon or node in $dir: $1"
}
