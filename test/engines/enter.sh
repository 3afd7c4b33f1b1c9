#!/bin/sh
# enter.sh TREE RUN COMMAND…: runs an engine in a root file system of its own, with this machine's processes and /tmp.
# Start it in mount and network namespaces of its own: unshare --mount --net --fork --kill-child sh enter.sh …
#
# TREE is a Debian root file system, RUN the folder of this engine under /tmp. By pivot_root and never by chroot: from a
# chroot, an exec into a container lands outside of it, because the mount namespace's root is not the container's.
set -eu
tree=$1 run=$2
shift 2
mount --make-rprivate /
ip link set lo up
mount --bind "$tree" "$tree"
mkdir -p "$tree/.old" "$tree/tmp" "$tree/sys" "$tree/proc" "$tree/dev"
# The same paths inside and outside: what a test mounts into a container lies there.
mount --rbind /tmp "$tree/tmp"
mount --rbind /sys "$tree/sys"
mount --rbind /dev "$tree/dev"
mount -t proc proc "$tree/proc"
mount -t tmpfs tmpfs "$tree/run"
# What the engine writes outside of its own folders is gone with it.
for folder in var/lib etc root home; do
  mkdir -p "$run/upper/$folder" "$run/work/$folder" "$tree/$folder"
  mount -t overlay overlay -o "lowerdir=$tree/$folder,upperdir=$run/upper/$folder,workdir=$run/work/$folder" "$tree/$folder"
done
cd "$tree"
pivot_root . .old
umount -l /.old
cd /
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root RUN="$run" "$@"
