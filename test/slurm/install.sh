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
openssh-client ssh
openssh-server /usr/sbin/sshd
rsync rsync
spin spin
gcc gcc
libc6-dev /usr/include/stdio.h
END
}

# Prints the packages that are missing; of "all", or of the cluster's own alone.
missing() {
  local package thing
  while read -r package thing; do
    case $thing in
      *.h) [[ -e $thing ]] ;;
      /*) [[ -x $thing ]] ;;
      *.so) compgen -G "/usr/lib/*/slurm-wlm/$thing" >/dev/null ;;
      *) [[ $1 == slurm ]] || PATH=/usr/local/bin:/usr/bin:/bin type -P "$thing" >/dev/null ;;
    esac || echo "$package"
  done < <(needed)
}

install_packages() { install_missing all; }
