import { cpus } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Result, resultSchema } from '../host/analysis/result/result.ts';
import { idleInterrupts, interruptCpu } from '../host/irq/interrupt-cpu.ts';
import { type Cli, makeCli } from './support/cli.ts';
import { type Sshd, startSshd } from './support/sshd.ts';
import { mayMount, type Steered, steerProc } from './support/steered-proc.ts';

// The board is a real sshd on this machine, and so is the run. Only /proc/interrupts and /proc/irq
// are replayed, mounted for the commands of that board: where this machine's own interrupts go, and
// how often, cannot be steered here.

let cli: Cli;
beforeAll(async () => {
  cli = await makeCli();
});
afterAll(() => cli.remove());

async function onBoard<T>(steered: Steered, act: (sshd: Sshd) => Promise<T>): Promise<T> {
  const proc = steerProc(steered);
  const sshd = await startSshd({ config: [`ForceCommand ${proc.command}`] });
  try {
    return await act(sshd);
  } finally {
    await sshd.stop();
    proc.remove();
  }
}

const options = ['--model', 'mlp-tiny', '--quick', '--blocks', '1'];
const last = cpus().length - 1;
const allBut = (cpu: number) =>
  cpus()
    .flatMap((_, each) => (each === cpu ? [] : [each]))
    .join(',');
const affinitiesOf = (cells: Result['cells']) => [
  ...new Set(cells.flatMap(({ config }) => config.affinity ?? [])),
];
const isPossible = mayMount && last > 0;
if (!isPossible) console.warn('no mounts or one CPU: no interrupts can be replayed for irq');

test.skipIf(!isPossible)(
  'the pinned threads keep off the CPU that serves interrupts while the board is idle',
  async () => {
    await onBoard({ countedOn: last, affinity: `0-${last}` }, async (sshd) => {
      const run = await cli.run(['irq', sshd.alias, '-F', sshd.configFile, ...options, '--json']);
      expect(run.code, run.stderr).toBe(0);
      const { cells } = resultSchema.parse(JSON.parse(run.stdout));
      // Since boot all interrupts were on CPU 0.
      expect(affinitiesOf(cells)).toEqual([allBut(last)]);
    });
  },
  120_000,
);

test.skipIf(!isPossible).each([
  ['served them since boot and still does', { countedOn: 0, affinity: `0-${last}` }, 0],
  ['is the one to which they go by now', { countedOn: 0, affinity: `${last}` }, last],
])('the CPU to keep off %s', async (_, steered, cpu) => {
  await onBoard(steered, async (sshd) => {
    const link = await sshd.connect();
    try {
      const watched = await idleInterrupts(link, new AbortController().signal, { watchS: 1 });
      expect(watched.idle.byKind.device.total).toBeGreaterThan(0);
      const online = cpus().map((_each, at) => at);
      expect(interruptCpu(watched, online)).toBe(cpu);
    } finally {
      await link.end();
    }
  });
});
