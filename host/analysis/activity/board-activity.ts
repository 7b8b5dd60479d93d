import type { EdgeSnapshot, Span } from '../../journal/edges.ts';
import type { ProcessData } from '../../journal/journal-data.ts';
import type { TeleData } from '../../journal/tele-data.ts';
import { cpuUse, meanUse } from '../../telemetry/cpu-use.ts';
import type { Activity } from '../result/activity-result.ts';
import type { CellResult } from '../result/cell-result.ts';
import { interruptsOver, softirqsOver } from './counter-rates.ts';
import { cpuPresence } from './online-cpus.ts';
import { agentCpuShare, linkPackets } from './own-cost.ts';

/** Runnable without a CPU for more than this share of the time: something else wanted the CPUs. */
const CONTENDED = 0.03;

/** The steady parts of processes of which both edges were read. */
export function steadySpans(processes: readonly ProcessData[]): Span[] {
  return processes.flatMap(({ start, end }): Span[] =>
    start !== null && end !== null && end.t_ns > start.t_ns ? [{ start, end }] : [],
  );
}

/** What the board's CPUs did over these intervals; null where there is none. */
export function boardActivity(
  spans: readonly Span[],
  { link, own, cpuSets }: Pick<TeleData, 'link' | 'own' | 'cpuSets'>,
): Activity | null {
  if (spans.length === 0) return null;
  const uses = spans.map((span) => cpuUse(span.start.stat, span.end.stat));
  const { online, offline } = cpuPresence(spans, cpuSets);
  const ids = [...(online ?? [])]
    .filter((cpu) => uses.some(({ cpus }) => cpus.has(cpu)))
    .sort((a, b) => a - b);
  return {
    cpus: ids.map((cpu) => ({
      cpu,
      ...meanUse(uses.flatMap((use) => use.cpus.get(cpu) ?? [])),
    })),
    cpus_offline: [...offline],
    busy_percent: mean(uses.map(({ all }) => 100 - all.idle - all.iowait)),
    interrupts_per_s: mean(spans.map((span) => perSecond(span, (edge) => edge.stat.interrupts))),
    context_switches_per_s: mean(
      spans.map((span) => perSecond(span, (edge) => edge.stat.contextSwitches)),
    ),
    processes: spans.length,
    interrupts: interruptsOver(spans, link, online),
    softirqs: softirqsOver(spans, online),
    agent_cpu_share: agentCpuShare(spans, own),
    link_packets: linkPackets(spans, own, link),
  };
}

function perSecond(span: Span, read: (edge: EdgeSnapshot) => number | null): number {
  const counted = (read(span.end) ?? 0) - (read(span.start) ?? 0);
  return Math.max(0, counted) / ((span.end.t_ns - span.start.t_ns) / 1e9);
}

/** Whether the worker's threads got their CPUs, from the scheduler's own account. */
export function contention(
  processes: readonly ProcessData[],
  threads: number,
): CellResult['contention'] {
  const measured = processes.flatMap((process) => {
    const event = process.threads;
    if (event === null || event.wall_ns === 0 || event.threads.length === 0) return [];
    const run_ns = event.threads.reduce((sum, thread) => sum + thread.run_ns, 0);
    const wait_ns = event.threads.reduce((sum, thread) => sum + thread.wait_ns, 0);
    return [{ process: process.process, run_ns, wait_ns, wall_ns: event.wall_ns }];
  });
  if (measured.length === 0) return null;
  const waitShare = ({ run_ns, wait_ns }: { run_ns: number; wait_ns: number }) =>
    run_ns + wait_ns > 0 ? wait_ns / (run_ns + wait_ns) : 0;
  return {
    run_share: mean(measured.map(({ run_ns, wall_ns }) => run_ns / (wall_ns * threads))),
    wait_share: mean(measured.map(waitShare)),
    flagged_processes: measured
      .filter((one) => waitShare(one) > CONTENDED)
      .map(({ process }) => process),
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
