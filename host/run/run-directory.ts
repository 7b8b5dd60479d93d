import { printable, word } from '../shell/sh.ts';

/** Where a run lies on a board; all paths absolute. */
export function runDirectory(base: string, runId: string): string {
  return `${base}/runs/${runId}`;
}

/**
 * Statements for a script that define `$i`, the identity of the board's boot; `newest`, which leaves the number of the
 * newest segment of the run in directory `$1` in `$k` and the path of its journal in `$j`; and `alive`, which does that
 * too, tells whether the run's supervisor is there and leaves its number in `$p`. A number alone proves nothing: it may
 * belong to another process by now, so its command line must name the run, and the journal must be of this boot.
 */
export const defineAlive = [
  'i=; [ -r /proc/sys/kernel/random/boot_id ] && read -r i < /proc/sys/kernel/random/boot_id',
  'newest() { k=1; while [ -e "$1/plan-$((k+1)).json" ]; do k=$((k+1)); done; ' +
    'j=$1/journal.ndjson; [ $k -eq 1 ] || j=$1/journal-$k.ndjson; }',
  'alive() { newest "$1"; p=; [ -r "$1/pid" ] && read -r p < "$1/pid"; [ -n "$p" ] || return 1; ' +
    `${printable} 2> /dev/null < /proc/$p/cmdline | grep -qF "runs/\${1##*/}" || return 1; ` +
    '[ -s "$j" ] || return 0; head -c 4000 "$j" | grep -aqF "$i"; }',
];

/** `r=` for a script: the directory of one run. */
export function inRunDirectory(base: string, runId: string): string {
  return `r=${word(runDirectory(base, runId))}`;
}
