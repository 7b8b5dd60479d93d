import { parseCpuList } from '../../../agent/contract/cpu-list.ts';
import { median } from '../../../agent/contract/statistics/quantile.ts';
import type { TeleData, TimeSpan } from '../../journal/tele-data.ts';
import { interruptSource } from '../../telemetry/interrupt-source.ts';
import type { JetsonState } from '../../telemetry/jetson-state.ts';
import {
  burstBound,
  busyClock,
  dropBound,
  isBurst,
  type Window,
} from '../../telemetry/usual-range.ts';
import type { CellAnalysis } from '../analyse-cell.ts';
import type { ProcessAnalysis } from '../analyse-process.ts';

/**
 * When the board was not as it usually is while a cell runs: windows of telemetry, much longer than
 * an iteration. Null where there are too few readings to say what is usual.
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

interface Reading {
  readonly t_ns: number;
  readonly hz: number;
}

function bursts(windows: readonly Window[]): TimeSpan[] | null {
  const bound = burstBound(windows);
  if (bound === null) return null;
  return windows.filter((window) => isBurst(window, bound));
}

/**
 * Around each sample with a lower clock, half the usual time between two of them on either side.
 */
function drops(readings: readonly Reading[]): TimeSpan[] | null {
  const bound = dropBound(readings.map(({ hz }) => hz));
  if (bound === null) return null;
  const gaps = readings.slice(1).map(({ t_ns }, at) => t_ns - (readings[at]?.t_ns ?? t_ns));
  const half_ns = median(gaps) / 2;
  return readings
    .filter(({ hz }) => hz < bound)
    .map(({ t_ns }) => ({ start_ns: t_ns - half_ns, end_ns: t_ns + half_ns }));
}

/**
 * Windows that lie whole in the steady part. Counted are device interrupts on the CPUs that the
 * process may use, where the sampler tells sources; else all interrupts of the board.
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

function gpuClock({ gpu }: JetsonState): number | null {
  return gpu?.currentHz ?? null;
}
