import type { SampleBatch } from '../channel/sample-batch.ts';
import type { EngineSession } from '../engine/engine.ts';
import type { Feeder } from '../engine/inputs.ts';
import type { LabelScore } from './outputs.ts';

/** What the loop needs at hand; all of it is made before the first iteration. */
export interface LoopParts {
  readonly session: EngineSession;
  readonly batch: SampleBatch;
  readonly origin_ns: bigint;
  readonly feeder: Feeder | null;
  readonly score: LabelScore | null;
}

/** How far a loop may go, and what it watches. */
export interface LoopLimits {
  readonly count: number;
  /** Since the origin: the iteration that ends at or after it is the last. */
  readonly until_ns: number;
  /**
   * The kernel's counters are read between iterations (half a microsecond): what they gained
   * belongs to the iteration just done.
   */
  readonly watchUsage: boolean;
}

/**
 * Runs iterations into the batch until `count` of them are done, the batch is full, or time is up.
 * Between the two clock readings stands the run and nothing else.
 */
export function iterate(parts: LoopParts, limits: LoopLimits): void {
  const { session } = parts;
  const clock = process.hrtime.bigint;
  const turns = new Turns(parts, limits);
  while (turns.begin()) {
    const a = clock();
    session.run();
    turns.end(a, clock());
  }
}

/**
 * The same with each run on another thread: this one hears signals meanwhile. A duration then holds
 * one wake-up of this thread as well, some tens of microseconds.
 */
export async function iterateAsync(
  parts: LoopParts,
  runAsync: () => Promise<void>,
  limits: LoopLimits,
): Promise<void> {
  const clock = process.hrtime.bigint;
  const turns = new Turns(parts, limits);
  while (turns.begin()) {
    const a = clock();
    await runAsync();
    turns.end(a, clock());
  }
}

/** What is done before and after each run of a loop, outside its time. */
class Turns {
  readonly #parts: LoopParts;
  readonly #until_ns: number;
  readonly #end: number;
  #usage: NodeJS.ResourceUsage | null;
  #isLast = false;

  constructor(parts: LoopParts, { count, until_ns, watchUsage }: LoopLimits) {
    this.#parts = parts;
    this.#until_ns = until_ns;
    this.#end = Math.min(parts.batch.capacity, parts.batch.length + count);
    this.#usage = watchUsage ? process.resourceUsage() : null;
  }

  /** False when there is to be no further run. */
  begin(): boolean {
    const { batch, feeder } = this.#parts;
    if (this.#isLast || batch.length >= this.#end) return false;
    feeder?.fill();
    return true;
  }

  end(a: bigint, b: bigint): void {
    const { session, batch, origin_ns, score } = this.#parts;
    const i = batch.length;
    batch.start_ns[i] = Number(a - origin_ns);
    batch.duration_ns[i] = Number(b - a);
    if (this.#usage !== null) this.#usage = noteUsage(batch, i, this.#usage);
    batch.length = i + 1;
    if (score !== null && !score.isComplete) score.add(session.outputs());
    this.#isLast = Number(b - origin_ns) >= this.#until_ns;
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
