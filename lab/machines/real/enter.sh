#!/bin/bash
# Process 1 of a machine: builds the machine's file system inside namespaces of its own, then becomes its systemd.
# Everything mounted here is in the machine's mount namespace only, so it is gone with the machine's last process.
#
# Environment:
#   MACHINE   the machine's directory on the host: upper, work and root of its overlay
#   LOWER     lowerdir of the overlay
#   HOST_NAME the name until user data sets another
#   CGROUPS   cgroup directories of this machine on the host, space-separated
#   MOUNTS    cgroup mounts to make inside: `<name>=<options>` each for version 1, `unified` for version 2
#   DEVICES   volumes present from the start: `<device name>:<major>:<minor>:<volume serial>` each
#   EC2_UUID  what /sys/hypervisor/uuid says: by it software knows that it runs on EC2
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

if [[ ${1:-} != inside ]]; then
  # 0 is the writer itself, whatever its number in the host's process namespace.
  for cgroup in $CGROUPS; do echo 0 >"$cgroup/cgroup.procs"; done
  # The new namespace's root is the cgroup entered above: a second systemd on the host's tree would kill by its names.
  exec unshare --cgroup -- /bin/bash "$0" inside
fi

root=$MACHINE/root
hostname "$HOST_NAME"
mount --make-rprivate /
# Volatile: a write-back of the root disk at each fsync protects from a host crash only, and the lab does not outlive one.
rm -rf "$MACHINE/work/work/incompat"
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$MACHINE/upper,workdir=$MACHINE/work,volatile" "$root"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
# The kernel's boot id is the host's; a machine has one of its own for each of its boots.
cat /proc/sys/kernel/random/uuid >"$MACHINE/boot-id"
mount --bind -o ro "$MACHINE/boot-id" "$root/proc/sys/kernel/random/boot_id"

# sysfs has no place for a new file, so its directories are bound into a tmpfs beside /sys/hypervisor.
mount -t tmpfs -o mode=755,size=1m sys "$root/sys"
mkdir "$root/sys/.kernel"
mount -t sysfs -o nosuid,nodev,noexec sysfs "$root/sys/.kernel"
for directory in "$root"/sys/.kernel/*/; do
  name=$(basename "$directory")
  mkdir -p "$root/sys/$name"
  mount --bind "$directory" "$root/sys/$name"
done
umount "$root/sys/.kernel"
rmdir "$root/sys/.kernel"
mkdir -p "$root/sys/hypervisor"
echo "$EC2_UUID" >"$root/sys/hypervisor/uuid"

if [[ $MOUNTS == unified ]]; then
  mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
else
  mount -t tmpfs -o mode=755,size=1m cgroup "$root/sys/fs/cgroup"
  for entry in $MOUNTS; do
    mkdir "$root/sys/fs/cgroup/${entry%%=*}"
    mount -t cgroup -o "nosuid,nodev,noexec,${entry#*=}" cgroup "$root/sys/fs/cgroup/${entry%%=*}"
  done
fi

mount -t tmpfs -o mode=755,size=1m,nosuid dev "$root/dev"
mkdir -p "$root"/dev/{pts,shm,mqueue,disk/by-id,net}
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5,nosuid,noexec devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777,nosuid,nodev shm "$root/dev/shm"
while read -r name major minor; do
  mknod -m 666 "$root/dev/$name" c "$major" "$minor"
done <<'NODES'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
net/tun 10 200
fuse 10 229
NODES
# Nobody reads a console; what units say is in the journal.
mknod -m 600 "$root/dev/console" c 1 3
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
for device in $DEVICES; do
  IFS=: read -r name major minor serial <<<"$device"
  mknod -m 660 "$root/dev/$name" b "$major" "$minor"
  ln -s "../../$name" "$root/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_$serial"
done

mount -t tmpfs -o mode=755,nosuid,nodev run "$root/run"
mount -t tmpfs -o mode=1777,nosuid,nodev tmp "$root/tmp"

cd "$root"
# The new root is put over the old one, which is then let go (pivot_root(2), "pivot_root(".", ".")").
pivot_root . .
umount --lazy .
cd /
# As systemd does outside of containers, and as Docker wants it: otherwise the engine binds its directory onto itself.
mount --make-rshared /
exec env -i container=everswarm-lab PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  chroot . /lib/systemd/systemd --system
