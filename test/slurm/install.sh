# shellcheck shell=bash
# Debian packages of the cluster and of the suite. Sourced by cluster.

# One "package what-it-must-give" a line: a path, or a command that every user can run.
needed() {
  cat <<'END'
munge /usr/sbin/munged
slurm-client /usr/bin/sbatch
slurmctld /usr/sbin/slurmctld
slurmd /usr/sbin/slurmd
slurmdbd /usr/sbin/slurmdbd
slurm-wlm-mysql-plugin accounting_storage_mysql.so
mariadb-server-core /usr/sbin/mariadbd
mariadb-client-core /usr/bin/mariadb
git git
jq jq
curl curl
man-db man
mandoc mandoc
python3 python3
shellcheck shellcheck
zsh zsh
fish fish
bsdutils script
strace strace
iproute2 ss
END
}

# Prints the packages that are missing; of "all", or of the cluster's own alone.
missing() {
  local package thing
  while read -r package thing; do
    case $thing in
      /*) [[ -x $thing ]] ;;
      *.so) compgen -G "/usr/lib/*/slurm-wlm/$thing" >/dev/null ;;
      *) [[ $1 == slurm ]] || PATH=/usr/local/bin:/usr/bin:/bin type -P "$thing" >/dev/null ;;
    esac || echo "$package"
  done < <(needed)
}

install_packages() {
  local -a packages
  mapfile -t packages < <(missing all)
  ((${#packages[@]})) || return 0
  ((EUID == 0)) || die 69 "cannot install ${packages[*]}: not root (as root: apt-get install --no-install-recommends ${packages[*]})"
  type -P apt-get >/dev/null || die 69 "cannot install ${packages[*]}: no apt-get here; the suite's cluster is made for Debian 12"
  on_this_host without_services apt_install "${packages[@]}" || die 69 "cannot install ${packages[*]}: apt-get failed"
  mapfile -t packages < <(missing all)
  ((${#packages[@]} == 0)) || die 69 "cannot install ${packages[*]}: apt-get succeeded but they are still missing"
}

# What apt says matters only when it fails.
apt_install() {
  local said
  local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
  note "installing $*"
  said=$("${apt[@]}" update 2>&1 </dev/null) || note "apt-get update failed; trying with the lists that are here: ${said##*$'\n'}"
  said=$("${apt[@]}" install --no-install-recommends "$@" 2>&1 </dev/null) || {
    echo "$said" >&2
    return 1
  }
}

# Runs a command while the policy that forbids packages to start their daemons holds.
without_services() {
  local policy=/usr/sbin/policy-rc.d status=0
  if [[ -e $policy ]]; then
    "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  "$@" || status=$?
  rm -f "$policy"
  trap - EXIT
  return "$status"
}
