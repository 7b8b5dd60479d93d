# The CPUs that this shell may use, those that the kernel isolates, those of its control group, of
# the nearest one that has a cpuset of its own, and the CPU quotas of its control group and all
# above. Version 1 names controllers, version 2 does not (cgroups(7)). After describe-board.sh.
# shellcheck disable=SC2154 # root
groups=$root/sys/fs/cgroup
if [ -r "$root/proc/self/status" ]; then
  while read -r l; do
    case $l in Cpus_allowed_list:*) o allowed "${l#*:}"; break ;; esac
  done < "$root/proc/self/status"
fi
first isolated "$root/sys/devices/system/cpu/isolated"

# nearest HIERARCHY FILE GROUP
nearest() {
  p=${3%/}
  while :; do
    if [ -r "$1$p/$2" ]; then
      first cpuset "$1$p/$2"
      o cpugroup "${p:-/}"
      return
    fi
    [ -n "$p" ] || return
    p=${p%/*}
  done
}

# quotas HIERARCHY GROUP
quotas() {
  p=${2%/}
  while :; do
    if [ -r "$1$p/cpu.max" ]; then
      first quota "$1$p/cpu.max"
    elif [ -r "$1$p/cpu.cfs_quota_us" ]; then
      read -r q < "$1$p/cpu.cfs_quota_us"
      read -r v < "$1$p/cpu.cfs_period_us"
      o quota "$q $v"
    fi
    [ -n "$p" ] || return
    p=${p%/*}
  done
}

# A path may hold colons: it is the rest of its line.
# shellcheck disable=SC2034 # the number of the hierarchy is not asked for
if [ -r "$root/proc/self/cgroup" ]; then
  while IFS=: read -r i c g; do
    case ",$c," in
      *,cpuset,*) nearest "$groups/cpuset" cpuset.effective_cpus "$g" ;;
      ,,)
        nearest "$groups" cpuset.cpus.effective "$g"
        quotas "$groups" "$g"
        quotas "$groups/unified" "$g"
        ;;
    esac
    case ",$c," in
      *,cpu,*)
        quotas "$groups/$c" "$g"
        [ "$c" = cpu ] || quotas "$groups/cpu" "$g"
        ;;
    esac
  done < "$root/proc/self/cgroup"
fi
