# Two readings of /proc/interrupts and the present affinities, with lines of the mark between them.
# $1: stands before /proc; empty but in tests. $2: seconds between the readings. $3: mark.
root=$1
cat "$root/proc/interrupts"
sleep "$2"
echo
echo "$3"
cat "$root/proc/interrupts"
echo
echo "$3"
for d in "$root"/proc/irq/[0-9]*; do
  for f in effective_affinity_list smp_affinity_list; do
    v=
    read -r v 2> /dev/null < "$d/$f"
    [ -n "$v" ] && echo "${d##*/} $v" && break
  done
done
true
