import { BUCKET_NS, type Cause, type Timeline } from '../../../host/journal/timeline.ts';

/** Windows that the chart can show, in seconds. */
export const windowsS: readonly number[] = [15, 30, 60, 120, 300];

/** The window that suits a run of this age: all of it at first, the last minute later. */
export function windowOf({ buckets, end_ns }: Timeline): number {
  const began_ns = (buckets[0]?.at ?? 0) * BUCKET_NS;
  const ageS = (end_ns - began_ns) / 1e9;
  return windowsS.find((seconds) => seconds >= Math.min(ageS, 60)) ?? 60;
}

/** One column of a chart; null where nothing was measured. */
export interface ChartColumn {
  readonly max_ns: number | null;
  readonly slow: Cause | null;
}

/** The last `windowS` seconds as so many columns; each shows its highest iteration. */
export function columnsOf(timeline: Timeline, windowS: number, columns: number): ChartColumn[] {
  const width = (windowS * 1e9) / BUCKET_NS / columns;
  const end = Math.floor(timeline.end_ns / BUCKET_NS) + 1;
  const result: ChartColumn[] = Array.from({ length: columns }, () => nothing);
  for (const { at, max_ns, slow } of timeline.buckets) {
    const from = columns - Math.ceil((end - at) / width);
    const to = Math.max(from + 1, columns - Math.ceil((end - at - 1) / width));
    for (let index = Math.max(0, from); index < Math.min(to, columns); index += 1) {
      const before = result[index] ?? nothing;
      const max = Math.max(max_ns, before.max_ns ?? 0);
      result[index] = { max_ns: max, slow: before.slow ?? slow };
    }
  }
  return result;
}

const nothing: ChartColumn = { max_ns: null, slow: null };
