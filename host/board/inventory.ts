import type { Probe } from './probe.ts';

/** What of ours lies on a board, for people: counts and bytes. */
export interface Inventory {
  readonly directory: string;
  readonly store: { readonly files: number; readonly bytes: number };
  /** What TensorRT built on the board. */
  readonly engines: { readonly files: number; readonly bytes: number };
  /** Uploads that a cut left unfinished. */
  readonly unfinished: { readonly files: number; readonly bytes: number };
  /** Hard links into the store, so they take no space of their own. */
  readonly runtimes: readonly string[];
  readonly runs: { readonly count: number; readonly journalBytes: number };
  readonly totalBytes: number;
}

/** Sums up what the probe listed. */
export function inventoryOf(probe: Probe): Inventory {
  const storeBytes = sum(probe.store.values());
  const engineBytes = sum([...probe.engines.values()].map(({ sizeBytes }) => sizeBytes));
  const journalBytes = sum(probe.runs.map((run) => run.journalBytes));
  return {
    directory: probe.facts.base.path,
    store: { files: probe.store.size, bytes: storeBytes },
    engines: { files: probe.engines.size, bytes: engineBytes },
    unfinished: { files: probe.partials.length, bytes: probe.incomingBytes },
    runtimes: probe.runtimes,
    runs: { count: probe.runs.length, journalBytes },
    totalBytes: storeBytes + engineBytes + probe.incomingBytes + journalBytes,
  };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
