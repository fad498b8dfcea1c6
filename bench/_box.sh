# Begins a machine within this one: systemd as its first process, on a copy of this machine's files that is thrown away with it.
# Runs as root in namespaces of its own (mounts, processes, cgroups, names); the folder $1 is empty.
set -eu
layers=$1/layers root=$1/root

mount --make-rprivate /
mkdir "$layers" "$root"
mount -t tmpfs layers "$layers"
mkdir "$layers/upper" "$layers/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" "$root"

mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,ro,bind "$root/proc/sys" # the kernel's settings are those of this machine, too
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for place in run tmp; do mount -t tmpfs "$place" "$root/$place"; done
mount -t tmpfs -o mode=755 dev "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
mount -t tmpfs shm "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for number in 0 1 2; do ln -s "fd/$number" "$root/dev/$(echo stdin stdout stderr | cut -d ' ' -f $((number + 1)))"; done
: >"$root/etc/machine-id"

cd "$root"
mkdir -p old
pivot_root . old
umount -l /old
mount --make-rshared / # as on a machine: what systemd mounts for a unit comes to be seen
exec env -i container=fieldwatch PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=basic.target --show-status=0
