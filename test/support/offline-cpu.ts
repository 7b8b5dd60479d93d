import { readFileSync } from 'node:fs';

/** The /proc files of one moment. */
export interface ProcTexts {
  readonly stat: string;
  readonly interrupts: string;
  readonly softirqs: string;
}

/** Frame `n` of the files of an Orin with six CPUs, a second apart. */
export function orinTexts(n: number): ProcTexts {
  const read = (file: string) =>
    readFileSync(new URL(`../fixtures/proc/replay/A/${n}/${file}`, import.meta.url), 'utf8');
  return { stat: read('stat'), interrupts: read('interrupts'), softirqs: read('softirqs') };
}

/**
 * The same with CPU 1 offline, as the kernel tells it: no row, no column, and a column of softirqs
 * that stays.
 */
export function withoutCpu1({ stat, interrupts, softirqs }: ProcTexts): ProcTexts {
  const [header = '', ...rows] = interrupts.split('\n');
  // Columns are 11 wide; the second count of a row follows its id and its first count.
  const shorter = rows.map((row) => row.replace(/^(\s*[\w-]+:\s*\d+)\s+\d+(?=\s+\d)/, '$1'));
  return {
    stat: stat.replace(/^cpu1 .*\n/m, ''),
    interrupts: [header.replace(/\s+CPU1\b/, ''), ...shorter].join('\n'),
    softirqs,
  };
}
