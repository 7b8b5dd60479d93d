import { word } from '../shell/sh.ts';

/** Where a run lies on a board; all paths absolute. */
export function runDirectory(base: string, runId: string): string {
  return `${base}/runs/${runId}`;
}

/**
 * Statements for a script that define `$i`, the identity of the board's boot, and `alive`, which tells whether the
 * supervisor of the run in directory `$1` is there and leaves its number in `$p`. A number alone proves nothing: it may
 * belong to another process by now, so its command line must name the run, and the journal must be of this boot.
 */
export const defineAlive = [
  'i=; [ -r /proc/sys/kernel/random/boot_id ] && read -r i < /proc/sys/kernel/random/boot_id',
  'alive() { p=; [ -r "$1/pid" ] && read -r p < "$1/pid"; [ -n "$p" ] || return 1; ' +
    `grep -aqF "runs/\${1##*/}" "/proc/$p/cmdline" 2> /dev/null || return 1; ` +
    '[ -s "$1/journal.ndjson" ] || return 0; head -c 4000 "$1/journal.ndjson" | grep -aqF "$i"; }',
];

/** `r=` for a script: the directory of one run. */
export function inRunDirectory(base: string, runId: string): string {
  return `r=${word(runDirectory(base, runId))}`;
}
