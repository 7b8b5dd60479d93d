# Where all interrupts and all receive queues of real network interfaces go now, as
# `now=<path> <value>`; `irqbalance=1` where that runs. $1: stands before /proc and /sys; empty but
# in tests.
root=$1
for f in "$root"/proc/irq/[0-9]*/smp_affinity_list "$root"/sys/class/net/*/queues/rx-*/rps_cpus; do
  case $f in */net/lo/*) continue ;; esac
  v=
  read -r v 2> /dev/null < "$f" && echo "now=$f $v"
done
grep -qsx irqbalance "$root"/proc/[0-9]*/comm && echo irqbalance=1
true
