import type { SampleBatch } from '../channel/sample-batch.ts';
import type { EngineSession } from '../engine/engine.ts';
import type { Feeder } from './inputs.ts';
import type { LabelScore } from './outputs.ts';

/** What the loop needs at hand; all of it is made before the first iteration. */
export interface LoopParts {
  readonly session: EngineSession;
  readonly batch: SampleBatch;
  readonly origin_ns: bigint;
  readonly feeder: Feeder | null;
  readonly score: LabelScore | null;
}

/**
 * Runs iterations into the batch until `count` of them are done, the batch is full, or one ended at or
 * after `until_ns` (since the origin). Between the two clock readings stands the run and nothing else.
 *
 * With `watchUsage` the kernel's counters are read between iterations (half a microsecond): what they
 * gained belongs to the iteration just done.
 */
export function iterate(
  parts: LoopParts,
  count: number,
  until_ns: number,
  watchUsage: boolean,
): void {
  const { session, batch, origin_ns, feeder, score } = parts;
  const { start_ns, duration_ns } = batch;
  const clock = process.hrtime.bigint;
  const from = batch.length;
  const end = Math.min(batch.capacity, from + count);
  let before = watchUsage ? process.resourceUsage() : null;
  let i = from;
  try {
    while (i < end) {
      feeder?.fill();
      const a = clock();
      session.run();
      const b = clock();
      start_ns[i] = Number(a - origin_ns);
      duration_ns[i] = Number(b - a);
      if (before !== null) before = noteUsage(batch, i, before);
      i += 1;
      if (score !== null && !score.isComplete) score.add(session.outputs());
      if (Number(b - origin_ns) >= until_ns) break;
    }
  } finally {
    batch.length = i;
  }
}

function noteUsage(
  batch: SampleBatch,
  index: number,
  before: NodeJS.ResourceUsage,
): NodeJS.ResourceUsage {
  const now = process.resourceUsage();
  const switches = now.involuntaryContextSwitches - before.involuntaryContextSwitches;
  const minor = now.minorPageFault - before.minorPageFault;
  const major = now.majorPageFault - before.majorPageFault;
  if (switches > 0 || minor > 0 || major > 0) batch.addUsage(index, switches, minor, major);
  return now;
}
