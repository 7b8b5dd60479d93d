import { parseCpuList } from '../../../agent/contract/cpu-list.ts';
import { median } from '../../../agent/contract/statistics/quantile.ts';
import type { TeleData, TimeSpan } from '../../journal/tele-data.ts';
import { interruptSource } from '../../telemetry/interrupt-source.ts';
import type { JetsonState } from '../../telemetry/jetson-state.ts';
import type { CellAnalysis } from '../analyse-cell.ts';
import type { ProcessAnalysis } from '../analyse-process.ts';

/** Fewer readings of a cell than this do not say what is usual. */
const MIN_READINGS = 8;
/** Modified z-score that is an outlier (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993). */
const Z_BOUND = 3.5;
const MAD_TO_SIGMA = 1.4826;
const BURST_FACTOR = 2;
/** A hundred interrupts of ten microseconds are a thousandth of one CPU: fewer make nothing slow. */
const BURST_MIN_PER_S = 100;
/** About one step of an Orin's clock: 77 MHz of 1.5 GHz. */
const CLOCK_DROP = 0.05;

/**
 * When the board was not as it usually is while a cell runs: windows of telemetry, much longer than an iteration. Null
 * where there are too few readings to say what is usual.
 */
export interface Disturbances {
  /** Windows with far more interrupts than usual. */
  readonly bursts: readonly TimeSpan[] | null;
  /** Around samples with a clock below the usual one. */
  readonly drops: readonly TimeSpan[] | null;
}

export const noDisturbances: Disturbances = { bursts: null, drops: null };

/** Held against what is usual in the steady parts of the processes of this cell that count. */
export function disturbancesOf({ cell, counted }: CellAnalysis, tele: TeleData): Disturbances {
  const windows = counted.flatMap((process) => countedWindows(process, tele));
  const readings = counted.flatMap((process) =>
    tele.board
      .filter(({ t_ns }) => isSteadyAt(process, t_ns))
      .flatMap(({ t_ns, state }): Reading[] => {
        const hz = cell.ep === 'cpu' ? cpuClock(process, state, cell.threads) : gpuClock(state);
        return hz === null ? [] : [{ t_ns, hz }];
      }),
  );
  return { bursts: bursts(windows), drops: drops(readings) };
}

interface Window extends TimeSpan {
  readonly count: number;
}

interface Reading {
  readonly t_ns: number;
  readonly hz: number;
}

function bursts(windows: readonly Window[]): TimeSpan[] | null {
  const bound = burstBound(windows);
  if (bound === null) return null;
  return windows.filter((window) => window.count / secondsOf(window) > bound(secondsOf(window)));
}

/**
 * The rate above which a window of so many seconds is a burst, from all windows of a cell: median + 3.5 · max(1.4826 ·
 * MAD, the Poisson deviation of the median), and at least twice the median and 100/s above it. Null with too few.
 */
export function burstBound(windows: readonly Window[]): ((seconds: number) => number) | null {
  if (windows.length < MIN_READINGS) return null;
  const rates = windows.map((window) => window.count / secondsOf(window));
  const usual = median(rates);
  const spread = MAD_TO_SIGMA * median(rates.map((rate) => Math.abs(rate - usual)));
  return (seconds) => {
    const sigma = Math.max(spread, Math.sqrt(usual / seconds));
    return Math.max(usual + Z_BOUND * sigma, BURST_FACTOR * usual, usual + BURST_MIN_PER_S);
  };
}

/** Around each sample with a lower clock, half the usual time between two of them on either side. */
function drops(readings: readonly Reading[]): TimeSpan[] | null {
  const bound = dropBound(readings.map(({ hz }) => hz));
  if (bound === null) return null;
  const gaps = readings.slice(1).map(({ t_ns }, at) => t_ns - (readings[at]?.t_ns ?? t_ns));
  const half_ns = median(gaps) / 2;
  return readings
    .filter(({ hz }) => hz < bound)
    .map(({ t_ns }) => ({ start_ns: t_ns - half_ns, end_ns: t_ns + half_ns }));
}

/** The clock below which a sample is a drop: median − max(5 %, 3.5 · 1.4826 · MAD). Null with too few. */
export function dropBound(clocks: readonly number[]): number | null {
  if (clocks.length < MIN_READINGS) return null;
  const usual = median(clocks);
  const spread = MAD_TO_SIGMA * median(clocks.map((hz) => Math.abs(hz - usual)));
  return usual - Math.max(CLOCK_DROP * usual, Z_BOUND * spread);
}

/**
 * Windows that lie whole in the steady part. Counted are device interrupts on the CPUs that the process may use, where the
 * sampler tells sources; else all interrupts of the board.
 */
function countedWindows(process: ProcessAnalysis, tele: TeleData): Window[] {
  const { end, cpusAllowed } = process.data;
  const isInside = ({ start_ns, end_ns }: TimeSpan) =>
    isSteadyAt(process, start_ns) && isSteadyAt(process, end_ns);
  if (tele.windows.length === 0 || end === null) return tele.totals.filter(isInside);
  const cpus = parseCpuList(cpusAllowed) ?? end.interrupts.cpus;
  const keys = end.interrupts.rows
    .filter((row) => interruptSource(row).kind === 'device')
    .flatMap(({ id }) => cpus.map((cpu) => `irq/${id}/${cpu}`));
  return tele.windows.filter(isInside).map(({ start_ns, end_ns, counts }) => ({
    start_ns,
    end_ns,
    count: keys.reduce((sum, key) => sum + (counts.get(key) ?? 0), 0),
  }));
}

function isSteadyAt({ steadyStart_ns, steady_ns }: ProcessAnalysis, t_ns: number): boolean {
  const from = steadyStart_ns[0] ?? Infinity;
  const to = (steadyStart_ns.at(-1) ?? 0) + (steady_ns.at(-1) ?? 0);
  return t_ns >= from && t_ns <= to;
}

function cpuClock(process: ProcessAnalysis, state: JetsonState, threads: number): number | null {
  return busyClock(state, parseCpuList(process.data.cpusAllowed), threads);
}

/**
 * The slowest clock that a worker's threads had if they ran on the fastest CPUs open to them: which ones they ran on is not
 * sampled, and an idle CPU's clock falls without any harm. `allowed` null: all CPUs.
 */
export function busyClock(
  { cpus }: JetsonState,
  allowed: readonly number[] | null,
  threads: number,
): number | null {
  const clocks = [...cpus]
    .filter(([cpu]) => allowed === null || allowed.includes(cpu))
    .flatMap(([, { currentHz }]) => currentHz ?? [])
    .sort((a, b) => b - a);
  return clocks[Math.min(threads, clocks.length) - 1] ?? null;
}

function gpuClock({ gpu }: JetsonState): number | null {
  return gpu?.currentHz ?? null;
}

function secondsOf({ start_ns, end_ns }: TimeSpan): number {
  return (end_ns - start_ns) / 1e9;
}
