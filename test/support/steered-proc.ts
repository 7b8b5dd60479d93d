import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Whether this user may mount files over those of /proc; in a namespace of its own nobody else sees
 * it.
 */
export const mayMount =
  spawnSync('unshare', ['-m', 'mount', '--bind', '/dev/null', '/proc/interrupts']).status === 0;

/** A network card whose interrupts were all counted on CPU 0 since boot. */
export interface Steered {
  /** The CPU on which its interrupts are counted from now on. */
  readonly countedOn: number;
  /** Where it sends them by now, as /proc/irq says it. */
  readonly affinity: string;
}

/** /proc/interrupts and /proc/irq as the commands of one board see them. */
export interface SteeredProc {
  /**
   * For `ForceCommand` of an sshd: mounts them, and goes on with the command that was asked for.
   */
  readonly command: string;
  remove(): void;
}

const id = 301;
const sinceBoot = 900_000;
/** How often the table is written: the card interrupts once each time. */
const stepMs = 50;

/**
 * Starts to count. The files are this test's own, because the interrupts of the test's machine
 * cannot be steered.
 */
export function steerProc({ countedOn, affinity }: Steered): SteeredProc {
  const directory = mkdtempSync(join(tmpdir(), 'orin-proc-'));
  const table = join(directory, 'interrupts');
  mkdirSync(join(directory, 'irq', String(id)), { recursive: true });
  writeFileSync(join(directory, 'irq', String(id), 'effective_affinity_list'), `${affinity}\n`);
  writeFileSync(table, interrupts(countedOn, 0));
  // Rewritten in place and to the same length, because a mounted file stays the one that it was.
  const file = openSync(table, 'r+');
  let count = 0;
  const clock = setInterval(() => {
    count += 1;
    writeSync(file, interrupts(countedOn, count), 0);
  }, stepMs);
  const command = join(directory, 'enter');
  const mounts = [
    `mount --bind ${table} /proc/interrupts`,
    `mount --bind ${join(directory, 'irq')} /proc/irq`,
  ];
  const then = 'exec sh -c "$SSH_ORIGINAL_COMMAND"';
  writeFileSync(command, `#!/bin/sh\nexec unshare -m sh -c '${[...mounts, then].join(' && ')}'\n`);
  chmodSync(command, 0o755);
  return {
    command,
    remove: () => {
      clearInterval(clock);
      closeSync(file);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function interrupts(countedOn: number, count: number): string {
  const columns = cpus().map((_, cpu) => cpu);
  const row = (name: string, counts: readonly number[], what: string) =>
    `${name.padStart(4)}:${counts.map((each) => String(each).padStart(11)).join('')}  ${what}\n`;
  const card = columns.map((cpu) => (cpu === 0 ? sinceBoot : 0) + (cpu === countedOn ? count : 0));
  return [
    `     ${columns.map((cpu) => `CPU${cpu}`.padStart(11)).join('')}\n`,
    row(
      '13',
      columns.map(() => 1000 + 4 * count),
      '   GICv3  27 Level     arch_timer',
    ),
    row(String(id), card, '     MSI   0 Edge      eth0'),
  ].join('');
}
