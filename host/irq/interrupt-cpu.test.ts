import { expect, test } from 'vitest';
import { interruptCpu, readIdleInterrupts } from './interrupt-cpu.ts';

/** A dump with the network's interrupts on CPU 0 since boot, and a disk's. */
const dump = (eth: readonly number[], mmc: readonly number[], timer: readonly number[]) =>
  [
    '           CPU0       CPU1       CPU2',
    ` 13: ${timer.join(' ')}  GICv3  27 Level  arch_timer`,
    ` 67: ${mmc.join(' ')}  GICv3 227 Level  mmc1`,
    `301: ${eth.join(' ')}  MSI 0 Edge  eth0`,
  ].join('\n');

function cpuOf(
  first: string,
  second: string,
  affinities: readonly string[],
  online: readonly number[] = [0, 1, 2],
): number | null {
  const output = [first, second, affinities.join('\n')].join('\n\n@orin-irq\n');
  return interruptCpu(readIdleInterrupts(output), online);
}

const boot = dump([900_000, 0, 0], [5000, 0, 0], [10, 10, 10]);

test('the CPU that serves devices now counts, not the one that did since boot', () => {
  const later = dump([900_000, 0, 40], [5002, 0, 0], [10, 9000, 10]);
  expect(cpuOf(boot, later, ['13 0-2', '67 0', '301 0-2'])).toBe(2);
});

test('what was moved a moment ago counts where it goes by now', () => {
  const later = dump([900_040, 0, 0], [5002, 0, 0], [10, 10, 10]);
  expect(cpuOf(boot, later, ['67 0', '301 1'])).toBe(1);
});

test('on a silent board the CPU counts to which most devices go', () => {
  expect(cpuOf(boot, boot, ['67 2', '301 2'])).toBe(2);
  expect(cpuOf(boot, boot, ['67 0-2', '301 0-2'])).toBeNull();
  expect(cpuOf(boot, boot, [])).toBeNull();
});

test('a CPU that is offline is none to keep off', () => {
  const later = dump([900_040, 0, 0], [5002, 0, 0], [10, 10, 10]);
  expect(cpuOf(boot, later, ['67 0', '301 1'], [0, 2])).toBe(0);
});
