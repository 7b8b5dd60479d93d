import * as z from 'zod';
import { cleanLine, cleanWords } from '../../../agent/contract/clean-text.ts';
import { parseCpuList } from '../../../agent/contract/cpu-list.ts';
import type { Cell } from '../../../agent/contract/plan.ts';
import type { ProcessData } from '../../journal/journal-data.ts';
import { formatCount, formatNumber } from '../../quantities/format.ts';
import type { Notice } from './notice.ts';

const words = z.string().overwrite(cleanWords);

/** What the processes of a cell inherited and loaded, each once. */
export const cellConditions = z.object({
  /** Names of the account's variables that its engine or provider saw by rule. */
  variables: z.array(words),
  /**
   * Niceness, policy of sched(7), and the CPUs' worth of time that control groups allow; null: no
   * limit.
   */
  scheduling: z.array(z.object({ nice: z.int(), policy: words, cpu_quota: z.number().nullable() })),
  /** Online CPUs as the processes read them. */
  cpus_online: z.array(words),
  /**
   * In their memory, in order of their path (pushed ones: from our base directory on); `sha256` of
   * ONNX Runtime's and TensorRT's own.
   */
  libraries: z.array(
    z.object({
      path: words,
      bytes: z.int().nonnegative().nullable(),
      sha256: z.string().nullable(),
    }),
  ),
});
export type CellConditions = z.infer<typeof cellConditions>;

/** Null where no process told any of it. */
export function conditionsOf(processes: readonly ProcessData[]): CellConditions | null {
  const told = processes.filter(({ scheduling, libraries }) => scheduling ?? libraries);
  if (told.length === 0) return null;
  return {
    variables: [...new Set(told.flatMap(({ variables }) => variables))].sort(),
    scheduling: distinct(told.flatMap(({ scheduling }) => scheduling ?? [])).map(
      ({ nice, policy, cpuQuota }) => ({
        nice,
        policy: cleanLine(policy, 16),
        cpu_quota: cpuQuota,
      }),
    ),
    cpus_online: [...new Set(told.flatMap(({ cpusOnline }) => [...cpusOnline]))],
    libraries: distinct(
      told
        .flatMap(({ libraries }) => libraries ?? [])
        .map(({ path, bytes, sha256 }) => ({ path: sharedPath(path), bytes, sha256 })),
    ).sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/**
 * What we pushed is named from our base directory on: whose directory that is stays out of a
 * result.
 */
function sharedPath(path: string): string {
  return cleanLine(path, 1024).replace(/^.*\/(?=runtimes\/[0-9a-f]{64}\/)/, '');
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

/** CPUs that a process could run on: those allowed that were online; null where it did not tell. */
function usableCpus({ cpusAllowed, cpusOnline }: ProcessData): number | null {
  const allowed = parseCpuList(cpusAllowed);
  const [first] = cpusOnline;
  const online = parseCpuList(first ?? '');
  if (allowed === null) return null;
  // The list of allowed CPUs names those that may come online, too.
  return online === null ? allowed.length : allowed.filter((cpu) => online.includes(cpu)).length;
}

/** What the login gave to the processes that makes their times those of less than the board. */
export function inheritedNotices(
  processes: readonly ProcessData[],
  cells: readonly Cell[],
): Notice[] {
  return [...schedulingNotices(processes), ...crowdedNotices(processes, cells)];
}

function schedulingNotices(processes: readonly ProcessData[]): Notice[] {
  const texts = processes.flatMap(({ scheduling }) => {
    if (scheduling === null) return [];
    const { nice, policy, cpuQuota } = scheduling;
    return [
      ...(nice === 0
        ? []
        : [`at nice ${nice}: other work takes the CPU ${nice > 0 ? 'before' : 'after'} it`]),
      ...(policy === 'other' ? [] : [`under the scheduling policy ${cleanLine(policy, 16)}`]),
      ...(cpuQuota === null
        ? []
        : [
            `in a control group that allows ${formatNumber(cpuQuota)} CPUs' worth of time (a CPU quota)`,
          ]),
    ];
  });
  return [...new Set(texts)].map((text) => {
    const count = texts.filter((each) => each === text).length;
    const who = `${count} of ${formatCount(processes.length, 'process', 'processes')} ran`;
    return { code: 'scheduling', text: `${who} ${text}`, cell: null };
  });
}

/** Threads of ONNX Runtime spin: more of them than CPUs wait for each other. */
function crowdedNotices(processes: readonly ProcessData[], cells: readonly Cell[]): Notice[] {
  return cells.flatMap(({ id, engine, threads, purpose }): Notice[] => {
    if (engine === 'trtexec' || purpose !== 'measure') return [];
    const usable = processes
      .filter(({ cell }) => cell === id)
      .flatMap((process) => usableCpus(process) ?? []);
    const fewest = Math.min(...usable);
    if (usable.length === 0 || threads <= fewest) return [];
    const text = `${threads} threads ran on ${formatCount(fewest, 'CPU')}: this measures how they take turns`;
    return [{ code: 'threads-exceed-cpus', text, cell: id }];
  });
}
