import { cleanLine } from '../../agent/protocol/clean-text.ts';
import { median } from '../../agent/statistics/quantile.ts';
import type { TrtexecResult } from './cell-result.ts';
import type { ProcessData } from './journal-data.ts';

/** What the cell's trtexec processes told besides their times; null for other engines. */
export function trtexecResult(processes: readonly ProcessData[]): TrtexecResult | null {
  const events = processes.flatMap((process) => process.trtexec ?? []);
  const [first] = events;
  if (first === undefined) return null;
  const stage = (name: keyof typeof first.stages) =>
    median(events.map(({ stages }) => stages[name]));
  return {
    version: cleanLine(first.version, 32),
    timed: cleanLine(first.timed, 64),
    build_ns: first.build.duration_ns,
    engine_bytes: first.build.engineBytes,
    stages: { h2d_ns: stage('h2d_ns'), compute_ns: stage('compute_ns'), d2h_ns: stage('d2h_ns') },
    warnings: [
      ...new Set(events.flatMap(({ warnings }) => warnings.map((line) => cleanLine(line)))),
    ],
  };
}
