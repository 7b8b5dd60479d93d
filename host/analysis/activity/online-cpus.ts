import type { Span } from '../../journal/edges.ts';
import type { CpuSet } from '../../journal/tele-data.ts';

/** The CPUs of some intervals. */
interface CpuPresence {
  /** Online throughout all of them; null where no /proc/stat could be read. */
  readonly online: ReadonlySet<number> | null;
  /**
   * CPUs of the board that were offline in all or in a part of them, in order: no figure is of
   * them.
   */
  readonly offline: readonly number[];
}

/**
 * Which CPUs were there all the while: by /proc/stat at every edge, and by what the sampler saw in
 * between. The board's CPUs are those that any reading of the run has; the kernel's list of
 * possible ones names some that never were.
 */
export function cpuPresence(spans: readonly Span[], cpuSets: readonly CpuSet[]): CpuPresence {
  const edges = spans
    .flatMap(({ start, end }) => [start, end])
    .map(({ stat }) => [...stat.cpus.keys()])
    .filter((cpus) => cpus.length > 0);
  const [first] = edges;
  if (first === undefined) return { online: null, offline: [] };
  const seen = cpuSets.filter(({ t_ns }) =>
    spans.some(({ start, end }) => t_ns >= start.t_ns && t_ns <= end.t_ns),
  );
  const readings = [...edges, ...seen.map(({ cpus }) => cpus)].map((cpus) => new Set(cpus));
  const online = new Set(first.filter((cpu) => readings.every((reading) => reading.has(cpu))));
  const known = new Set([...edges.flat(), ...cpuSets.flatMap(({ cpus }) => cpus)]);
  return {
    online,
    offline: [...known].filter((cpu) => !online.has(cpu)).sort((a, b) => a - b),
  };
}
