import type { MpstatSummary } from './mpstat-summary.ts';
import type { SourceSummary } from './rate-fold.ts';

/** One figure in two logs; null where a log does not tell. */
export interface Change {
  readonly before: number | null;
  readonly after: number | null;
  readonly change: number | null;
}

interface CpuDifference {
  readonly cpu: number;
  readonly busy_percent: Change;
  readonly interrupts_per_s: Change;
  readonly softirqs_per_s: Change;
}

interface SourceDifference {
  readonly source: string;
  readonly per_s: Change;
}

/** What differs between two logs. */
export interface MpstatDifference {
  readonly all: { readonly busy_percent: Change; readonly interrupts_per_s: Change };
  readonly cpus: readonly CpuDifference[];
  /** Greatest change first. */
  readonly interrupts: readonly SourceDifference[];
  readonly softirqs: readonly SourceDifference[];
}

/** The averages of two logs side by side: of a board at rest and under load, say. */
export function mpstatDifference(before: MpstatSummary, after: MpstatSummary): MpstatDifference {
  const ids = new Set([...before.cpus, ...after.cpus].map(({ cpu }) => cpu));
  return {
    all: {
      busy_percent: changeOf(before.all.busy_percent, after.all.busy_percent),
      interrupts_per_s: changeOf(before.all.interrupts_per_s, after.all.interrupts_per_s),
    },
    cpus: [...ids]
      .sort((a, b) => a - b)
      .map((cpu) => {
        const [was, is] = [before, after].map(({ cpus }) => cpus.find((each) => each.cpu === cpu));
        return {
          cpu,
          busy_percent: changeOf(was?.busy_percent?.mean, is?.busy_percent?.mean),
          interrupts_per_s: changeOf(was?.interrupts_per_s, is?.interrupts_per_s),
          softirqs_per_s: changeOf(was?.softirqs_per_s, is?.softirqs_per_s),
        };
      }),
    interrupts: sourceChanges(before.interrupts, after.interrupts),
    softirqs: sourceChanges(before.softirqs, after.softirqs),
  };
}

function changeOf(before: number | null | undefined, after: number | null | undefined): Change {
  const [was, is] = [before ?? null, after ?? null];
  return { before: was, after: is, change: was === null || is === null ? null : is - was };
}

/** A summary has no row for a source that counted nothing; a table that a log lacks is empty. */
function sourceChanges(
  before: readonly SourceSummary[],
  after: readonly SourceSummary[],
): SourceDifference[] {
  const rate = (table: readonly SourceSummary[], name: string) => {
    if (table.length === 0) return null;
    return table.find(({ source }) => source === name)?.per_s ?? 0;
  };
  const names = new Set([...after, ...before].map(({ source }) => source));
  return [...names]
    .map((source) => ({ source, per_s: changeOf(rate(before, source), rate(after, source)) }))
    .sort((a, b) => Math.abs(b.per_s.change ?? 0) - Math.abs(a.per_s.change ?? 0));
}
