# shellcheck shell=bash
# Debian packages for tests, and one script at a time that changes this host. Sourced; note and die are the sourcing script's.

# Runs a command while no other script of ours changes accounts or packages of this host.
on_this_host() {
  (
    flock -w 600 8 || die 75 "cannot lock ${BASH_SOURCE[0]}: another one has held it for ten minutes"
    "$@" 8>&-
  ) 8<"${BASH_SOURCE[0]}"
}

# Installs what `missing ARGUMENT...` of the sourcing script prints, where that can be done.
install_missing() {
  local -a packages
  mapfile -t packages < <(missing "$@")
  ((${#packages[@]})) || return 0
  ((EUID == 0)) || die 69 "cannot install ${packages[*]}: not root (as root: apt-get install --no-install-recommends ${packages[*]})"
  type -P apt-get >/dev/null || die 69 "cannot install ${packages[*]}: no apt-get here; the suite is made for Debian 12"
  on_this_host without_services apt_install "${packages[@]}" || die 69 "cannot install ${packages[*]}: apt-get failed"
  mapfile -t packages < <(missing "$@")
  ((${#packages[@]} == 0)) || die 69 "cannot install ${packages[*]}: apt-get succeeded but they are still missing"
}

# What apt says matters only when it fails.
apt_install() {
  local said
  local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
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
