/** Below `<base>`: where interrupts are moved from, and what brings them back. */
export const irqDirectory = 'irq';

/**
 * Files of it. `record`: what is changed and how it was, on the disk before any change; `control`:
 * the supervisor's commands to the guardian, by whose end of file the guardian learns of the
 * supervisor's; `ack`: its answers; `claimed`: a supervisor is there.
 */
export const irqFiles = {
  record: 'record',
  control: 'control',
  ack: 'ack',
  claimed: 'claimed',
} as const;

/** One file of the kernel, as it was and as it is to be while interrupts are moved. */
export interface IrqChange {
  readonly path: string;
  readonly old: string;
  readonly moved: string;
}

export interface IrqRecord {
  /** The changes are gone with the boot they were made in. */
  readonly bootId: string;
  readonly changes: readonly IrqChange[];
}

const maxChanges = 1024;
const changePath =
  /^(?:\/[A-Za-z0-9._/-]{1,200})?\/(?:proc\/irq\/\d{1,6}\/smp_affinity_list|sys\/class\/net\/[A-Za-z0-9._-]{1,32}\/queues\/rx-\d{1,4}\/rps_cpus)$/;
const changeValue = /^[0-9a-f,-]{1,200}$/;

/**
 * Whether a path and its values are of those that may be written as root; the guardian's script
 * asks the same.
 */
export function isIrqChange({ path, old, moved }: IrqChange): boolean {
  const isSafe = changePath.test(path) && !path.includes('..');
  return isSafe && changeValue.test(old) && changeValue.test(moved);
}

/**
 * Whether two values of a file say the same: the kernel writes masks of CPUs with leading zeros.
 */
export function isSameValue(path: string, a: string, b: string): boolean {
  if (!path.endsWith('/rps_cpus')) return a === b;
  return a.replace(/^[0,]+(?=.)/, '') === b.replace(/^[0,]+(?=.)/, '');
}

/** The record as text: a line of the boot, then a line for each change. */
export function encodeIrqRecord({ bootId, changes }: IrqRecord): string {
  const lines = changes.map(({ path, old, moved }) => `set ${path} ${old} ${moved}`);
  return [`boot ${bootId}`, ...lines, ''].join('\n');
}

/** Lines that are none are left out. */
export function decodeIrqRecord(text: string): IrqRecord {
  const lines = text.split('\n').slice(0, maxChanges + 1);
  const bootId = /^boot ([0-9a-f-]{1,64})$/.exec(lines[0] ?? '')?.[1] ?? '';
  const changes = lines.flatMap((line): IrqChange[] => {
    const [, path = '', old = '', moved = ''] = /^set (\S+) (\S+) (\S+)$/.exec(line) ?? [];
    const change = { path, old, moved };
    return isIrqChange(change) ? [change] : [];
  });
  return { bootId, changes };
}
