import { irqFiles } from '../../../agent/contract/irq-record.ts';

/** Name of the guardian's process, by which the probe finds it. */
export const guardianName = 'orin-remote-irq-guard';

/**
 * What root runs on the board: reads the restore record once, writes the new values on `on` and the
 * old ones on `off`, and puts the old ones back when its standard input, the FIFO that the
 * supervisor holds, ends. Two processes that each do that: killing one leaves the other. It writes
 * only below /proc/irq and /sys/class/net/…/rps_cpus, whatever the record says. As `hold`, and as
 * the user, it holds that FIFO open until a supervisor has claimed it, for at most 15 minutes; as
 * `restore` it only puts back. `root` stands before both directories in tests.
 */
export function guardianScript(root = ''): string {
  const { record, control, ack, claimed } = irqFiles;
  return `
umask 077
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
trap "" HUP INT TERM
cd /
d=$1
${restoreFunctions(root)}
case $2 in
  restore) back; exit ;;
  hold)
    exec 5> "$d/${control}"
    : > "$d/held"
    n=0
    while [ ! -e "$d/${claimed}" ] && [ $n -lt 1800 ]; do sleep 0.5; n=$((n + 1)); done
    exit
    ;;
esac
(
  exec 3< "$d/${control}" 4<> "$d/${ack}"
  while read -r c <&3; do
    case $c in on | off) put "$c"; echo "$c" >&4 ;; esac
  done
  back
)
back
rm -f "$d/${control}" "$d/${ack}" "$d/${record}.new"
`;
}

/** `put on|off` and `back`, which removes the record once every file reads as it did. */
function restoreFunctions(root: string): string {
  const { record } = irqFiles;
  return `
t=$(head -c 200000 "$d/${record}" 2> /dev/null)
good() {
  case $1 in
    ${root}/proc/irq/*/smp_affinity_list | ${root}/sys/class/net/*/queues/rx-*/rps_cpus) ;;
    *) return 1 ;;
  esac
  case $1 in *..*) return 1 ;; esac
  case $2$3 in *[!0-9a-f,-]*) return 1 ;; esac
  [ -n "$3" ] && [ -e "$1" ]
}
put() {
  echo "$t" | while read -r k p o n; do
    [ "$k" = set ] && good "$p" "$o" "$n" || continue
    v=$o
    [ "$1" = on ] && v=$n
    { echo "$v" > "$p"; } 2> /dev/null
  done
}
left() {
  echo "$t" | while read -r k p o n; do
    [ "$k" = set ] && good "$p" "$o" "$n" || continue
    read -r v < "$p"
    [ "$v" = "$o" ] || echo "$p"
  done
}
back() {
  put off
  [ -n "$(left)" ] || rm -f "$d/${record}"
}
`;
}
