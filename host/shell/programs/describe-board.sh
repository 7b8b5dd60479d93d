# What a board is, as `key=value` lines; see probe-answer.ts. The lines of a file are read in the
# shell itself, without a process for it. $1: stands before every /proc, /sys, /etc and /var path;
# empty but in tests. $2: tools to look for. $3: name of the socket of the lock, without a scope.
# $4: a program of Perl that tells whose process listens on the socket that it is given.
# shellcheck disable=SC2034 # for the programs after it
{
  root=$1
  tools=$2
  lock=$3
  peer=$4
}
export LC_ALL=C
# Directories that a non-interactive SSH command does not search, though nvpmodel and trtexec live
# there.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/src/tensorrt/bin

o clock "$(date +%s.%N)"
# One process where four would do: each costs a board about two milliseconds.
# shellcheck disable=SC2046 # four words
set -- $(uname -snrm)
o system "$1"
o hostname "$2"
o kernel "$3"
o machine "$4"
o user "$(id -un 2> /dev/null || id -u)"
o bits "$(getconf LONG_BIT 2> /dev/null)"
o libc "$(getconf GNU_LIBC_VERSION 2> /dev/null || ldd --version 2>&1 | head -n 1)"
if [ -r "$root/etc/os-release" ]; then
  while read -r l; do
    case $l in PRETTY_NAME=*) o os "$l"; break ;; esac
  done < "$root/etc/os-release"
fi

# Device tree strings end in a NUL, which a shell variable cannot hold.
if [ -r "$root/proc/device-tree/model" ]; then
  o model "$(tr -cd " -~" < "$root/proc/device-tree/model")"
fi
if [ -r "$root/etc/nv_tegra_release" ]; then
  first tegra "$root/etc/nv_tegra_release"
elif [ -r "$root/proc/device-tree/model" ] && command -v dpkg-query > /dev/null; then
  # `$` before a brace would be expanded here; dpkg-query must see it.
  d="$"
  o l4tcore "$(dpkg-query -W -f "${d}{Version}" nvidia-l4t-core 2> /dev/null)"
fi
first pmode "$root/var/lib/nvpmodel/status"
if [ -r "$root/etc/nvpmodel.conf" ]; then
  grep -E "^< *(POWER_MODEL|PM_CONFIG)" "$root/etc/nvpmodel.conf" | head -n 64 |
    while read -r l; do o nvpmodel "$l"; done
fi
first boot "$root/proc/sys/kernel/random/boot_id"

# An empty line ends the first processor, which speaks for the others.
if [ -r "$root/proc/cpuinfo" ]; then
  while read -r l; do
    case $l in
      "model name"* | "CPU implementer"* | "CPU part"*) o cpu "$l" ;;
      "") break ;;
    esac
  done < "$root/proc/cpuinfo"
fi
first online "$root/sys/devices/system/cpu/online"
