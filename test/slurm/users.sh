# shellcheck shell=bash disable=SC2154
# The Unix users that the tests play, and their Slurm associations. Sourced by cluster.

users=(lab-alice lab-bob lab-carol lab-dave)
group=lab-research

# Each user has a group of their own first, as Debian does it, and shares lab-research with the others.
make_users() {
  local user home
  getent group "$group" >/dev/null || groupadd "$group" || return
  for user in "${users[@]}"; do
    home=$(getent passwd "$user" | cut -d : -f 6)
    if [[ -z $home ]]; then
      home=$dir/home/$user
      useradd --no-create-home --user-group --groups "$group" --shell /bin/bash --home-dir "$home" "$user" || return
    elif [[ ! -d $home && $home != "$dir/home/$user" ]]; then
      home=$dir/home/$user
      usermod --home "$home" "$user" || return
    fi
    [[ -d $home ]] || install -d -m 0700 -o "$user" -g "$user" -- "$home" || return
  done
}

remove_users() {
  local user status=0
  ((EUID == 0)) || die 77 "cannot remove users: not root"
  for user in "${users[@]}"; do
    ! getent passwd "$user" >/dev/null || userdel --remove "$user" 2> >(grep -v 'mail spool' >&2) || status=1
  done
  ! getent group "$group" >/dev/null || groupdel "$group" || status=1
  return "$status"
}

# True if slurmdbd answers and has what the last command below gives; else it is told all of it.
have_associations() {
  local known first=${users[0]}
  ((EUID == 0)) || first=$(id -un)
  known=$(sacctmgr -n -P show assoc format=user,defaultqos) || return
  [[ $'\n'$known$'\n' == *$'\n'"$first|normal"$'\n'* ]] || make_associations
}

# One account with everybody in it, and two QOS to ask for. Nothing is enforced unless slurm.conf says so.
make_associations() {
  local -a everybody=("${users[@]}")
  ((EUID == 0)) || everybody=("$(id -un)")
  sacctmgr -i >"$dir/log/slurmdbd.associations" 2>&1 <<END
add cluster $name
add qos high set Priority=100
add qos few set MaxJobsPerUser=1 MaxSubmitJobsPerUser=2
add account $group set Description=tests Organization=tests
add user $(IFS=,; echo "${everybody[*]}") Account=$group
modify account $group set QOS=normal,high,few DefaultQOS=normal
END
}
