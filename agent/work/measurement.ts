import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';
import { SampleBatch } from '../channel/sample-batch.ts';
import { WarmUpDetector } from '../contract/statistics/warm-up.ts';
import type { Clock } from '../process/clock.ts';
import { iterate, iterateAsync, type LoopParts } from './loop.ts';
import type { Reporter } from './reporter.ts';
import type { SteadyEdges } from './steady-edges.ts';
import { type ProcessLimits, type Stop, StopRule } from './stop-rule.ts';

/** 250 ms of the shortest iterations seen, with room to spare. */
const batchCapacity = 65_536;
const flushEvery_ns = 250e6;
/**
 * Below this, reading the kernel's counters after each iteration would be a visible share of it.
 */
const usageWorthwhile_ns = 100e3;
/**
 * From here on waiting for the end of an iteration would be felt, and a wake-up is less than a
 * thousandth of it.
 */
const longIteration_ns = 250e6;

/**
 * One process' iterations: the first one, warm-up until settled, then the steady part until enough.
 */
export class Measurement {
  readonly #parts: LoopParts;
  readonly #limits: ProcessLimits;
  readonly #clock: Clock;
  readonly #reporter: Reporter;
  readonly #edges: SteadyEdges;
  readonly #signal: AbortSignal;
  #steady_ns = new Float64Array(4096);
  #steadyCount = 0;
  #began_ns = 0;
  #nextFlush_ns = 0;
  #watchUsage = false;
  /** Of the latest iteration. */
  #latest_ns = 0;

  constructor(
    parts: Omit<LoopParts, 'batch'>,
    limits: ProcessLimits,
    context: { clock: Clock; reporter: Reporter; edges: SteadyEdges },
    signal: AbortSignal,
  ) {
    this.#parts = { ...parts, batch: new SampleBatch(batchCapacity) };
    this.#limits = limits;
    this.#clock = context.clock;
    this.#reporter = context.reporter;
    this.#edges = context.edges;
    this.#signal = signal;
  }

  /**
   * Measures until the stop rule is content or the signal says so; throws what the engine throws.
   */
  async run(): Promise<Stop> {
    try {
      await this.#warmUp();
      if (this.#signal.aborted) return 'cancelled';
      this.#edges.begin();
      const stop = await this.#runSteady();
      this.#edges.end();
      await this.#flush();
      return stop;
    } catch (error) {
      // What was measured before the engine gave up is not lost with it.
      await this.#flush();
      throw error;
    }
  }

  /** Ends at a flush, so that the steady part begins with an empty batch. */
  async #warmUp(): Promise<void> {
    const { batch } = this.#parts;
    const detector = new WarmUpDetector(this.#limits.warmUp);
    iterate(this.#parts, { count: 1, until_ns: 0, watchUsage: true });
    this.#began_ns = batch.start_ns[0] ?? 0;
    this.#edges.firstIteration();
    this.#latest_ns = batch.duration_ns[0] ?? 0;
    let isWarm = this.#feed(detector);
    await this.#flush();
    while (!isWarm && !this.#signal.aborted) {
      await this.#iterate(batchCapacity, this.#nextFlush_ns);
      isWarm = this.#feed(detector);
      await this.#flush();
    }
  }

  async #runSteady(): Promise<Stop> {
    const { batch } = this.#parts;
    const rule = new StopRule(this.#limits, this.#elapsed_ns());
    const deadline_ns = this.#began_ns + this.#limits.budgetMs * 1e6;
    const hasDeadline = this.#limits.passIterations === null;
    for (;;) {
      const until_ns = hasDeadline ? Math.min(this.#nextFlush_ns, deadline_ns) : this.#nextFlush_ns;
      const from = batch.length;
      await this.#iterate(rule.nextCheck - this.#steadyCount, until_ns);
      this.#keepSteady(from);
      const stop = rule.decide(this.#steady_ns.subarray(0, this.#steadyCount), this.#elapsed_ns());
      const isDue = batch.length === batchCapacity || this.#clock.now_ns() >= this.#nextFlush_ns;
      if (stop !== null) return stop;
      if (isDue) await this.#flush();
      if (this.#signal.aborted) return 'cancelled';
    }
  }

  /**
   * Short iterations block: a cancel is heard between two of them. After a long one the next leaves
   * this thread free to hear it. The latest decides, because the first may take seconds to choose
   * among algorithms where all others take milliseconds.
   */
  async #iterate(count: number, until_ns: number): Promise<void> {
    const { session, batch } = this.#parts;
    const limits = { count, until_ns, watchUsage: this.#watchUsage };
    const runAsync = session.runAsync?.bind(session);
    const isLong = this.#latest_ns >= longIteration_ns;
    if (isLong && runAsync) await iterateAsync(this.#parts, runAsync, { ...limits, count: 1 });
    else iterate(this.#parts, limits);
    this.#latest_ns = batch.duration_ns[batch.length - 1] ?? 0;
  }

  #feed(detector: WarmUpDetector): boolean {
    const { start_ns, duration_ns, length } = this.#parts.batch;
    let isWarm = false;
    for (let i = 0; i < length; i += 1) {
      const duration = duration_ns[i] ?? 0;
      isWarm = detector.add(duration, (start_ns[i] ?? 0) + duration - this.#began_ns);
    }
    return isWarm;
  }

  #keepSteady(from: number): void {
    const { duration_ns, length } = this.#parts.batch;
    const count = this.#steadyCount + length - from;
    if (count > this.#steady_ns.length) {
      const larger = new Float64Array(Math.max(count, 2 * this.#steady_ns.length));
      larger.set(this.#steady_ns);
      this.#steady_ns = larger;
    }
    this.#steady_ns.set(duration_ns.subarray(from, length), this.#steadyCount);
    this.#steadyCount = count;
  }

  #elapsed_ns(): number {
    return this.#clock.now_ns() - this.#began_ns;
  }

  /**
   * Hands the batch over and lets signals and garbage collection reports in: outside any timed
   * part.
   */
  async #flush(): Promise<void> {
    const { batch } = this.#parts;
    if (batch.length > 0) {
      const shortest = batch.duration_ns.subarray(0, batch.length).reduce((a, b) => Math.min(a, b));
      this.#watchUsage = shortest >= usageWorthwhile_ns;
      this.#reporter.samples(batch);
      batch.clear();
    }
    await turnOfTheEventLoop();
    this.#reporter.garbageCollections();
    this.#nextFlush_ns = this.#clock.now_ns() + flushEvery_ns;
  }
}
