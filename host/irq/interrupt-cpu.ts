import { parseCpuList } from '../../agent/contract/cpu-list.ts';
import type { Link } from '../link/link.ts';
import { program } from '../shell/program.ts';
import readings from '../shell/programs/idle-interrupts.sh';
import { runScript } from '../shell/run-script.ts';
import { parseCounterTable } from '../telemetry/counter-table.ts';
import { analyseDump, type DumpAnalysis } from './analyse-dump.ts';

/**
 * How long the board is watched, doing nothing for us: a network that is idle interrupts a few
 * times a second.
 */
const WATCH_S = 3;
/** Stands between the readings; no line of /proc/interrupts begins so. */
const MARK = '@orin-irq';

/** Where interrupts go now, and how often. */
export interface IdleInterrupts {
  /** Counts since boot: which sources there are. */
  readonly sinceBoot: DumpAnalysis;
  /** What was counted while the board was watched. */
  readonly idle: DumpAnalysis;
  /**
   * CPUs that serve an interrupt now, by its id: `effective_affinity_list`, or `smp_affinity_list`
   * on older kernels.
   */
  readonly affinities: ReadonlyMap<string, readonly number[]>;
}

/** Watches a board that is idle. */
export async function idleInterrupts(
  link: Link,
  signal: AbortSignal,
  { root = '', watchS = WATCH_S } = {},
): Promise<IdleInterrupts> {
  const step = `reading the interrupts of ${link.board}`;
  const { output } = await runScript(link, program(readings, [root, watchS, MARK]), {
    step,
    signal,
  });
  return readIdleInterrupts(output);
}

/** Reads what idle-interrupts.sh printed. */
export function readIdleInterrupts(output: string): IdleInterrupts {
  const [first = '', second = '', affinities = ''] = output.split(`\n${MARK}\n`);
  const [before, interrupts] = [tableOf(first), tableOf(second)];
  return {
    sinceBoot: analyseDump({ interrupts, softirqs: null, before: null }),
    idle: analyseDump({
      interrupts,
      softirqs: null,
      before: { interrupts: before, softirqs: null },
    }),
    affinities: new Map(
      affinities.split('\n').flatMap((line): [string, readonly number[]][] => {
        const [, id, list] = /^(\d{1,10}) ([\d,-]{1,400})$/.exec(line) ?? [];
        const cpus = list === undefined ? null : parseCpuList(list);
        return id === undefined || cpus === null ? [] : [[id, cpus]];
      }),
    ),
  };
}

function tableOf(text: string) {
  return parseCounterTable(text.slice(Math.max(0, text.search(/^ *CPU\d/m))));
}

/**
 * The CPU to keep threads off: the one that serves most device interrupts now. A source counts
 * where it was counted while the board was idle, or at the one CPU to which it goes by now; counts
 * since boot say where it went at another time. Of a board that was silent, the CPU to which most
 * devices go that ever interrupted. Null where nothing tells.
 */
export function interruptCpu(
  { sinceBoot, idle, affinities }: IdleInterrupts,
  online: readonly number[],
): number | null {
  const only = (id: string) => {
    const cpus = affinities.get(id) ?? [];
    return cpus.length === 1 ? cpus[0] : undefined;
  };
  const devices = ({ sources }: DumpAnalysis) => sources.filter(({ kind }) => kind === 'device');
  const counted = devices(idle).flatMap(({ id, total, perCpu }): Share[] => {
    const cpu = only(id);
    return cpu === undefined
      ? idle.cpus.map((each, at): Share => [each, perCpu[at] ?? 0])
      : [[cpu, total]];
  });
  const routed = devices(sinceBoot).flatMap(({ id }): Share[] => {
    const cpu = only(id);
    return cpu === undefined ? [] : [[cpu, 1]];
  });
  return most(counted, online) ?? most(routed, online);
}

/** A CPU and what it has. */
type Share = readonly [cpu: number, value: number];

/** The first of the CPUs that have most in sum; null where none has anything. */
function most(shares: readonly Share[], online: readonly number[]): number | null {
  const sums = online.map((cpu) =>
    shares.filter(([each]) => each === cpu).reduce((sum, [, value]) => sum + value, 0),
  );
  const best = Math.max(0, ...sums);
  return best === 0 ? null : (online[sums.indexOf(best)] ?? null);
}
