# shellcheck shell=bash disable=SC2154
# From the settings and the templates in conf/ to the files that Slurm reads. Sourced by cluster.

# Fills the templates into $dir/etc and makes the directories that they name.
write_configuration() {
  local -A value=()
  set_values
  mkdir -p -- "$dir"/{etc/impatient,run,munge,dev,home} || die 73 "cannot create $dir/etc"
  install -d -m 0755 -o "${value[SLURM_USER]}" -- "$dir"/{state,spool,log}
  make_gpus
  slurm_conf >"$dir/etc/slurm.conf"
  sed 's/^MessageTimeout=.*/MessageTimeout=2/' "$dir/etc/slurm.conf" >"$dir/etc/impatient/slurm.conf"
  rm -f "$dir/etc/cgroup.conf"
  [[ $cgroup != v1 ]] || render cgroup.conf >"$dir/etc/cgroup.conf"
  render gres.conf >"$dir/etc/gres.conf"
  ((accounting == 0)) || render slurmdbd.conf | install -m 0600 -o "${value[SLURM_USER]}" /dev/stdin "$dir/etc/slurmdbd.conf"
}

# Sets what the @KEY@s of the templates stand for.
set_values() {
  local host me
  host=$(uname -n)
  me=$(id -un)
  value=(
    [DIR]=$dir [NAME]=$name [PREFIX]=$prefix [HOST]=${host%%.*} [SLURM_USER]=slurm [SLURMD_USER]=$me
    [CTLD_PORT]=$port [DBD_PORT]=$((port + 1)) [NODE_PORTS]="[$((port + 11))-$((port + 14))]" [SOLO_PORT]=$((port + 15))
    [COMMUNICATION]="NoCtldInAddrAny,NoInAddrAny" [DBD_COMMUNICATION]=NoInAddrAny
    [STORAGE]=slurmdbd [TRES]=gres/gpu [PROCTRACK]=cgroup [TASK]=cgroup [GATHER]=''
  )
  ((EUID == 0)) || value[SLURM_USER]=$me
  ((loopback)) || value[COMMUNICATION]='' value[DBD_COMMUNICATION]=''
  ((accounting)) || value[STORAGE]=none value[TRES]=''
  [[ $cgroup == v1 ]] || value[PROCTRACK]=linuxproc value[TASK]=none value[GATHER]=OverMemoryKill
}

# Prints a template with its @KEY@s filled in; lines left without a value are left out.
render() {
  local text key
  text=$(<"$here/conf/$1")
  for key in "${!value[@]}"; do text=${text//"@$key@"/${value[$key]}}; done
  grep -v '^[A-Za-z]*=$' <<<"$text"
}

# Prints slurm.conf, with what LAB_CLUSTER_SET changes or adds; Slurm warns of keys given twice.
slurm_conf() {
  local text pair
  text=$(render slurm.conf)
  for pair in $set; do
    text=$(grep -v "^${pair%%=*}=" <<<"$text")$'\n'$pair
  done
  echo "$text"
}

# True if the templates and settings still give the slurm.conf that is in use.
same_configuration() {
  local -A value=()
  set_values
  [[ $(slurm_conf) == "$(<"$dir/etc/slurm.conf")" ]]
}

# Four files that slurmd takes for GPUs: it wants character devices, any will do.
make_gpus() {
  local i
  for i in 0 1 2 3; do
    [[ -c $dir/dev/gpu$i ]] || mknod "$dir/dev/gpu$i" c 1 3 2>/dev/null || ln -sf /dev/null "$dir/dev/gpu$i"
  done
}
