import { cpuLimitText } from '../board/cpu-facts.ts';
import type { BoardFacts } from '../board/facts.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import type { Axes } from '../plan/axes.ts';
import { parseCellFilter } from '../plan/cell-filter.ts';
import { defaultThreads } from '../plan/cells.ts';
import type { DumpAnalysis } from './analyse-dump.ts';
import { idleInterrupts, interruptCpu } from './interrupt-cpu.ts';

/**
 * The cells of the interrupt experiment on this board: 1, half and all threads anywhere, as many
 * threads as there are other CPUs anywhere, and the same number kept off the CPU that serves most
 * device interrupts while the board is idle. `onMeasured` hears which CPU that is and says whether
 * interrupts are to be moved as well.
 * @throws OrinError `unsupported-board` on a board with one CPU.
 */
export async function irqAxes(
  base: Axes,
  link: Link,
  facts: BoardFacts,
  signal: AbortSignal,
  onMeasured: (cpu: number, analysis: DumpAnalysis) => Promise<boolean> = async () => false,
): Promise<Axes> {
  const { online, allowed } = facts.cpu;
  if (allowed.length < 2) {
    throw new OrinError({
      code: 'unsupported-board',
      what: cpuLimitText(facts.cpu) ?? `${link.board} has one CPU online`,
      why: 'no thread can be kept off the CPU of the interrupts',
      next: 'take a power mode with more CPUs, or a login that may use more',
      board: link.board,
    });
  }
  const watched = await idleInterrupts(link, signal);
  const cpu = interruptCpu(watched, online) ?? online[0] ?? 0;
  const { sinceBoot, idle } = watched;
  // Sources that were silent are moved as well; what share one CPU has is of now.
  const byKind = idle.byKind.device.total > 0 ? idle.byKind : sinceBoot.byKind;
  return axesOff(cpu, base, allowed, await onMeasured(cpu, { ...sinceBoot, byKind }));
}

/**
 * Axes whose filters leave the cells of the experiment; with `isMoving` all threads and the pinned
 * ones also with interrupts moved.
 */
export function axesOff(
  cpu: number,
  base: Axes,
  online: readonly number[],
  isMoving = false,
): Axes {
  const others = online.filter((each) => each !== cpu);
  const free = [...new Set([...defaultThreads(online.length), others.length])].sort(
    (a, b) => a - b,
  );
  const filter = (threads: number, affinity: string, irqs = 'kept') =>
    parseCellFilter(`threads=${threads},affinity=${affinity},irqs=${irqs}`, '--include');
  const off = others.join('+');
  return {
    ...base,
    threads: free,
    affinities: [null, others.join(',')],
    include: [
      ...free.map((threads) => filter(threads, 'any')),
      filter(others.length, off),
      ...(isMoving
        ? [filter(online.length, 'any', 'moved'), filter(others.length, off, 'moved')]
        : []),
    ],
    movesInterrupts: isMoving,
    exclude: [],
    // The filters leave nothing that is too much; without this, what they leave out would be told
    // as left out.
    oversubscribe: true,
  };
}
