# shellcheck shell=bash disable=SC2034,SC2154
# Where the cluster lives and what it is made of. Sourced by cluster.

# What a cluster remembers in its file "settings" while it is up.
settings=(name port prefix accounting cgroup loopback set)

find_directory() {
  dir=${LAB_TEST_CLUSTER:-/tmp/labkit-cluster}
  [[ -n ${LAB_TEST_CLUSTER-} ]] || ((EUID == 0)) || dir+=-$(id -un)
  dir=$(realpath -m -- "$dir")
  [[ $dir =~ ^[A-Za-z0-9._/+-]+$ ]] || die 64 "cannot use $dir: slurm.conf takes no such characters in a path"
  ((${#dir} < 90)) || die 64 "cannot use $dir: too long for the path of a socket"
  export SLURM_CONF=$dir/etc/slurm.conf
  cd / || exit 70
}

# Makes the directory, or makes sure that it is ours alone to change.
claim_directory() {
  ((EUID)) || refuse_closed_parents
  [[ -e $dir || -L $dir ]] || (umask 022 && mkdir -p -- "$dir") || die 73 "cannot create $dir"
  [[ -d $dir && ! -L $dir && -O $dir && -z $(find "$dir" -maxdepth 0 -perm /022) ]] ||
    die 77 "cannot use $dir: it must be a directory that $(id -un) owns and nobody else can write"
  chmod 755 -- "$dir"
}

# The daemons run as slurm and the jobs as others: all must be able to reach the directory.
refuse_closed_parents() {
  local parent=$dir
  while [[ $parent != / ]]; do
    parent=$(dirname -- "$parent")
    [[ ! -e $parent || $(find "$parent" -maxdepth 0 -perm -001) ]] || die 78 "cannot use $dir: $parent is closed to other users"
  done
}

load_settings() {
  local key value
  [[ -f $dir/settings ]] || return
  while IFS='=' read -r key value; do
    [[ " ${settings[*]} " == *" $key "* ]] && printf -v "$key" %s "$value"
  done <"$dir/settings"
  name_daemons
}

choose_settings() {
  local key
  name=${LAB_CLUSTER_NAME:-${name:-labkit}}
  accounting=${LAB_CLUSTER_ACCOUNTING:-1}
  set=${LAB_CLUSTER_SET-}
  choose_port
  prefix=${LAB_CLUSTER_PREFIX:-n}
  [[ -n ${LAB_CLUSTER_PREFIX-} || $port == 16800 ]] || prefix=c${port}n
  cgroup=${LAB_CLUSTER_CGROUP:-$(cgroup_v1_writable && echo v1 || echo none)}
  loopback=${LAB_CLUSTER_LOOPBACK:-$(host_is_loopback && echo 1 || echo 0)}
  [[ $name$prefix =~ ^[a-z0-9]+$ ]] || die 64 "names of clusters and nodes are of a-z and 0-9: $name $prefix"
  [[ $accounting$loopback =~ ^[01]{2}$ && $cgroup =~ ^(v1|none)$ ]] || usage
  ((loopback)) || [[ -n ${LAB_CLUSTER_LOOPBACK-} ]] || note "$(uname -n) does not resolve to 127.0.0.1 alone, without which srun hangs:" \
    "listening on every address, guarded by munge (for loopback only, put '127.0.0.1 $(uname -n)' into /etc/hosts, then down and up)"
  for key in "${settings[@]}"; do printf '%s=%s\n' "$key" "${!key}"; done >"$dir/settings"
  name_daemons
}

refuse_other_settings() {
  local key variable
  for key in "${settings[@]}"; do
    variable=LAB_CLUSTER_${key^^}
    [[ -z ${!variable-} || ${!variable} == "${!key}" ]] ||
      die 78 "cannot change $variable from '${!key}' to '${!variable}' while $dir is up (run $here/cluster down first)"
  done
}

name_daemons() {
  nodes=("$prefix"{1..5})
  as_slurm=(--user=slurm)
  ((EUID == 0)) || as_slurm=()
  daemons=(munged)
  ((accounting == 0)) || daemons+=(mariadbd slurmdbd)
  daemons+=(slurmctld "${nodes[@]}")
}

# Twenty ports: +0 slurmctld, +1 slurmdbd, +11 ... +15 the nodes.
choose_port() {
  local try i sum
  port=${LAB_CLUSTER_PORT-}
  if [[ -n $port ]]; then
    [[ $port =~ ^[1-9][0-9]{3,4}$ && $port -lt 65500 ]] || die 64 "not a port: $port"
    return
  fi
  port=16800
  [[ $dir != /tmp/labkit-cluster ]] || return 0
  read -r sum _ < <(cksum <<<"$dir")
  for ((try = 0; try < 50; try++)); do
    port=$((17000 + (sum + try) % 750 * 20))
    for i in 0 1 11 12 13 14 15; do ! listening $((port + i)) || continue 2; done
    return 0
  done
}

# True if somebody on this host listens on the port.
listening() { grep -qi ":$(printf %04X "$1") 0\+:0\+ 0A" /proc/net/tcp; }

# True if the host's name is 127.0.0.1 and nothing else, which is what listeners then bind to.
host_is_loopback() {
  [[ $(getent ahosts "$(uname -n)" | cut -d ' ' -f 1 | sort -u) == 127.0.0.1 ]]
}

cgroup_v1_writable() {
  local controller probe
  ((EUID == 0)) || return
  for controller in memory freezer; do
    grep -q " /sys/fs/cgroup/$controller cgroup rw" /proc/mounts || return
    probe=/sys/fs/cgroup/$controller/labkit-$$
    mkdir "$probe" 2>/dev/null && rmdir "$probe" || return
  done
}

# Prints what tests need to know, for a shell to eval.
environment() {
  local owner
  owner=$(stat -c %U "$dir")
  [[ $owner == root ]] || { users=("$owner") && group=$(id -gn "$owner"); }
  printf 'export %s=%q\n' \
    SLURM_CONF "$SLURM_CONF" \
    LAB_TEST_CLUSTER "$dir" \
    LAB_TEST_IMPATIENT_CONF "$dir/etc/impatient/slurm.conf" \
    LAB_TEST_ACCOUNTING "$accounting" \
    LAB_TEST_CGROUP "$cgroup" \
    LAB_TEST_NODES "${nodes[*]}" \
    LAB_TEST_USERS "${users[*]}" \
    LAB_TEST_GROUP "$group"
}

# Removes what up made, but keeps the homes of users that remain.
remove_directory() {
  local user keep=0
  [[ -d $dir ]] || return 0
  for user in "${users[@]}"; do
    [[ $(getent passwd "$user" | cut -d : -f 6) != "$dir/home/$user" ]] || keep=1
  done
  rm -rf -- "${dir:?}"/{etc,log,run,munge,dev,state,spool,db,db.new,settings,lock}
  ((keep)) || rm -rf -- "${dir:?}/home"
  rmdir -- "$dir" 2>/dev/null || note "kept what is left in $dir"
}
