import type { IrqChange } from '../../agent/contract/irq-record.ts';
import { isIrqChange, isSameValue } from '../../agent/contract/irq-record.ts';
import type { Link } from '../link/link.ts';
import { formatCount } from '../quantities/format.ts';
import { program } from '../shell/program.ts';
import readMoves from '../shell/programs/read-moves.sh';
import { runScript } from '../shell/run-script.ts';
import type { DumpAnalysis } from './analyse-dump.ts';

/** `gather`: all on the CPU that the pinned threads leave free. `spread`: over all CPUs in turn. */
export type MoveKind = 'auto' | 'gather' | 'spread';

/** What is to be changed on a board while steered cells are measured. */
export interface IrqMoves {
  readonly kind: Exclude<MoveKind, 'auto'>;
  readonly interruptCpu: number;
  readonly changes: readonly IrqChange[];
  /** Runs on the board and moves interrupts by itself. */
  readonly hasIrqbalance: boolean;
}

/** So much of all on one CPU, and gathering would change nothing. */
const GATHERED = 0.9;
/** A mask of more CPUs has commas, which no Jetson needs. */
const MAX_MASK_CPUS = 32;

/** Reads what is there and works out what to change. */
export async function movesOn(
  link: Link,
  wanted: { readonly kind: MoveKind; readonly cpu: number; readonly online: readonly number[] },
  analysis: Pick<DumpAnalysis, 'sources' | 'byKind'>,
  signal: AbortSignal,
  root = '',
): Promise<IrqMoves> {
  const step = `reading where the interrupts of ${link.board} go`;
  const { output } = await runScript(link, program(readMoves, [root]), { step, signal });
  return movesFrom(output, wanted, analysis);
}

export function movesFrom(
  output: string,
  wanted: { readonly kind: MoveKind; readonly cpu: number; readonly online: readonly number[] },
  { sources, byKind }: Pick<DumpAnalysis, 'sources' | 'byKind'>,
): IrqMoves {
  const { cpu, online } = wanted;
  const share = byKind.device.busiest?.share ?? 0;
  const auto = share >= GATHERED ? 'spread' : 'gather';
  const kind = wanted.kind === 'auto' ? auto : wanted.kind;
  const values = new Map(
    output.split('\n').flatMap((line): [string, string][] => {
      const [, path, value] = /^now=(\S+) (\S+)$/.exec(line) ?? [];
      return path && value ? [[path, value]] : [];
    }),
  );
  const devices = sources.filter((source) => source.kind === 'device');
  const target = (index: number) =>
    kind === 'gather' ? cpu : (online[index % online.length] ?? cpu);
  const irqs = devices.flatMap(({ id }, index): IrqChange[] => {
    const path = [...values.keys()].find((each) => each.endsWith(`/irq/${id}/smp_affinity_list`));
    const old = path === undefined ? undefined : values.get(path);
    if (path === undefined || old === undefined) return [];
    return [{ path, old, moved: String(target(index)) }];
  });
  const mask = maskOf(kind === 'gather' ? [cpu] : online);
  const queues = [...values].flatMap(([path, old]): IrqChange[] =>
    path.endsWith('/rps_cpus') && mask !== null ? [{ path, old, moved: mask }] : [],
  );
  const changes = [...irqs, ...queues].filter(
    (change) => isIrqChange(change) && !isSameValue(change.path, change.old, change.moved),
  );
  return { kind, interruptCpu: cpu, changes, hasIrqbalance: /^irqbalance=1$/m.test(output) };
}

function maskOf(cpus: readonly number[]): string | null {
  if (cpus.some((cpu) => cpu >= MAX_MASK_CPUS)) return null;
  return cpus.reduce((mask, cpu) => mask + 2 ** cpu, 0).toString(16);
}

/** What is about to be changed, for the question. */
export function describeMoves({ kind, interruptCpu, changes, hasIrqbalance }: IrqMoves): string {
  const queues = changes.filter(({ path }) => path.endsWith('rps_cpus')).length;
  const where = kind === 'gather' ? `onto cpu${interruptCpu}` : 'over all CPUs in turn';
  const balance = hasIrqbalance ? '; irqbalance runs there and may move them too' : '';
  return `${formatCount(changes.length - queues, 'interrupt')} and ${formatCount(queues, 'network receive queue')} ${where}, only while cells that ask for it are measured; a guardian on the board puts everything back however the run ends${balance}`;
}
