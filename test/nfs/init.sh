#!/bin/bash
# The first process of the guest, as root of its own kernel. The tree of the machine that runs it is there to be read; what
# is written is written in memory, and in the directory of this file, which is "work" here: a kernel with an NFS server and
# two clients, each with a network, a name, processes and a boot of its own.
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
here=$(dirname "$0")

main() {
  # shellcheck source=/dev/null
  source "$here/settings" # NODE, DIST, SERVER (tmpfs, ext4), OPTIONS (of both mounts)
  places && users && server && client h1 10.9.1 && client h2 10.9.2 && "$NODE" /mnt/work/driver.cjs
  echo "guest: ended with $? after $(cut -d ' ' -f 1 /proc/uptime) s"
  sync
  exec 2>/dev/null
  echo o >/proc/sysrq-trigger
  poweroff -f
}

places() {
  mount -t proc proc /proc && mount -t sysfs sys /sys && mount -t tmpfs tmp /mnt || return
  mount -t devtmpfs dev /dev 2>/dev/null
  [[ -e /dev/fd ]] || ln -s /proc/self/fd /dev/fd
  local dir
  for dir in /run /tmp /var/lib/nfs; do mount -t tmpfs tmp "$dir" || return; done
  mkdir -p /mnt/{export,shared,work,dist} /run/{clients,rpc_pipefs} /var/lib/nfs/{v4recovery,sm}
  touch /var/lib/nfs/{etab,rmtab}
  # Namespaces are kept by names in a place that none of them shares.
  mount --bind /run/clients /run/clients && mount --make-private /run/clients || return
  mount -t hostfs work /mnt/work -o "$here" && mount -t hostfs dist /mnt/dist -o "ro,$DIST"
}

# The people of the lab are known here and nowhere else.
users() {
  local uid=3000 user
  cp /etc/passwd /etc/group /run/ || return
  echo "lab:x:$uid:ann,ben,cat,dan" >>/run/group
  for user in ann ben cat dan; do
    uid=$((uid + 1))
    echo "$user:x:$uid:3000::/mnt/shared/home/$user:/bin/bash" >>/run/passwd
  done
  mount --bind /run/passwd /etc/passwd && mount --bind /run/group /etc/group
}

# A server that answers in memory, as one does whose disk writes have a battery; a grace period would only be waited for.
server() {
  local module
  for module in sunrpc nfsd nfsv4 veth; do modprobe -d /mnt/work "$module" || return; done
  if [[ $SERVER == ext4 ]]; then
    modprobe -d /mnt/work loop
    truncate -s 400M /run/disk && mkfs.ext4 -q /run/disk && mount -o loop /run/disk /mnt/export || return
  fi
  chmod 1777 /mnt/export
  ip link set lo up
  mount -t nfsd nfsd /proc/fs/nfsd || return
  echo 10 >/proc/fs/nfsd/nfsv4gracetime
  echo 10 >/proc/fs/nfsd/nfsv4leasetime
  exportfs -i -o rw,fsid=0,no_root_squash,no_subtree_check,insecure,async '*:/mnt/export' || return
  rpc.mountd --no-udp --no-nfs-version 3 2>/run/mountd.trouble && rpc.nfsd --no-nfs-version 3 4
}

# client NAME NETWORK: namespaces kept under /run/clients, with the export mounted at /mnt/shared.
client() {
  local name=$1 net=$2 kind
  local -a spaces=()
  for kind in net uts mount pid; do
    touch "/run/clients/$name.$kind"
    spaces+=("--$kind=/run/clients/$name.$kind")
  done
  unshare "${spaces[@]}" --fork bash /mnt/work/init live "$name" "$net" "$OPTIONS" &
  local i
  for ((i = 0; i < 100; i++)); do
    [[ ! -e /run/clients/$name.up ]] || break
    sleep 0.1
  done
  ip link add "$name" type veth peer name lan netns "/run/clients/$name.net" &&
    ip addr add "$net.1/24" dev "$name" && ip link set "$name" up || return
  touch "/run/clients/$name.linked"
  for ((i = 0; i < 200; i++)); do
    [[ ! -e /run/clients/$name.ready ]] || return 0
    sleep 0.1
  done
  echo "guest: $name does not get its mount"
  return 1
}

# The first process of a client: what it is left with is waited for.
live() {
  local name=$1 net=$2 options=$3 i
  mount --make-rprivate / && mount -t proc proc /proc && mount -t tmpfs tmp /tmp && hostname "$name" || exit 70
  # A host is known by its boot, too.
  cat /proc/sys/kernel/random/uuid >"/run/clients/$name.boot"
  mount --bind "/run/clients/$name.boot" /proc/sys/kernel/random/boot_id || exit 70
  touch "/run/clients/$name.up"
  until [[ -e /run/clients/$name.linked ]]; do sleep 0.1; done
  ip link set lo up && ip addr add "$net.2/24" dev lan && ip link set lan up || exit 70
  for ((i = 0; i < 100; i++)); do
    ! mount -t nfs4 -o "$options" "$net.1:/" /mnt/shared 2>"/run/clients/$name.trouble" || break
    sleep 0.1
  done
  ((i < 100)) || cat "/run/clients/$name.trouble"
  ((i == 100)) || touch "/run/clients/$name.ready"
  while :; do
    sleep 3600 &
    wait $!
  done
}

if [[ ${1-} == live ]]; then
  shift
  live "$@"
fi
main
