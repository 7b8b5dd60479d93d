import { type CounterDifference, counterSteps, countsPerCpu } from './counter-difference.ts';
import { cpuUse } from './cpu-use.ts';
import type { Correction, MpstatSample, RateTable } from './mpstat-sample.ts';
import { type ProcReading, readProcFrame } from './proc-frame.ts';
import type { ProcFrame } from './proc-log-reader.ts';

/**
 * The table that `mpstat -A` prints, from /proc alone: to the digit that of sysstat 12.6, but for
 * its `intr/s` of single CPUs, which counts softirqs and here counts interrupts. Formulas: sysstat
 * 12.6.1, `mpstat.c` and `rd_stats.c`.
 */
export class ProcSamples {
  #before: ProcReading | null = null;

  /** The sample that ends with this frame; none for the first, nor for one without an uptime. */
  add(frame: Pick<ProcFrame, 'files'>): MpstatSample[] {
    const after = readProcFrame(frame);
    const sample = this.#before === null ? null : mpstatBetween(this.#before, after);
    if (after.uptime !== null) this.#before = after;
    return sample === null ? [] : [sample];
  }
}

/** One sample from two readings; null without their uptimes. */
export function mpstatBetween(before: ProcReading, after: ProcReading): MpstatSample | null {
  if (before.uptime === null || after.uptime === null) return null;
  // Rates are per second of uptime, not of the interval that was asked for.
  const elapsed = Math.max(1, after.uptime - before.uptime);
  const rate = (count: number) => (count / elapsed) * 100;
  const use = cpuUse(before.stat, after.stat);
  const online = [...use.cpus.keys()];
  const interrupts = counterSteps(before.interrupts, after.interrupts);
  const softirqs = counterSteps(before.softirqs, after.softirqs);
  const perCpu = countsPerCpu(interrupts);
  const counted = interrupts.cpus.map((cpu, k) => [cpu, rate(perCpu[k] ?? 0)] as const);
  return {
    origin: 'proc',
    period: 'interval',
    time: null,
    use,
    nodes: new Map(),
    interruptsPerS: {
      all: totalRate(before, after, rate),
      cpus: new Map(counted.filter(([cpu]) => use.cpus.has(cpu))),
    },
    interrupts: ratesOf(interrupts, online, rate),
    softirqs: ratesOf(softirqs, online, rate),
    isComplete: true,
    corrections: [...resets(interrupts), ...resets(softirqs)],
  };
}

function totalRate(
  before: ProcReading,
  after: ProcReading,
  rate: (count: number) => number,
): number | null {
  const [then, now] = [before.stat.interrupts, after.stat.interrupts];
  return then === null || now === null ? null : rate(Math.max(0, now - then));
}

/**
 * CPUs that were online at both ends. `Err` has one number for all, which mpstat prints at its
 * first CPU.
 */
function ratesOf(
  difference: CounterDifference,
  online: readonly number[],
  rate: (count: number) => number,
): RateTable {
  const perS = new Map<number, number[]>();
  difference.cpus.forEach((cpu, k) => {
    if (!online.includes(cpu)) return;
    perS.set(
      cpu,
      difference.rows.map(({ counts }) => rate(counts[k] ?? 0)),
    );
  });
  return { sources: difference.rows.map(({ id }) => id), perS };
}

function resets({ reset }: CounterDifference): Correction[] {
  return reset.map((what) => ({ kind: 'counter-reset', cpu: 'all', what, was: null, is: 0 }));
}
