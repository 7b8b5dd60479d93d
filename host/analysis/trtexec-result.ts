import { cleanLine, cleanText } from '../../agent/contract/clean-text.ts';
import type { EventOf } from '../../agent/contract/events.ts';
import { median } from '../../agent/contract/statistics/quantile.ts';
import type { ProcessData } from '../journal/journal-data.ts';
import type { TrtexecResult } from './result/cell-result.ts';

/** Layers beyond this many are summed up in no table that anyone reads. */
const MAX_LAYERS = 200;

/** What the cell's trtexec processes told besides their times; null for other engines. */
export function trtexecResult(
  processes: readonly ProcessData[],
  profile: EventOf<'placement'> | undefined,
): TrtexecResult | null {
  const events = processes.flatMap((process) => process.trtexec ?? []);
  const [first] = events;
  if (first === undefined) return null;
  const stage = (name: keyof typeof first.stages) =>
    median(events.map(({ stages }) => stages[name]));
  return {
    version: cleanLine(first.version, 32),
    // It is printed among code of pages and tables.
    timed: /^[a-z0-9+, ]{1,64}$/.test(first.timed) ? first.timed : 'unknown stages',
    build_ns: first.build.duration_ns,
    built_by_cell: events.some(({ build }) => !build.isCached),
    engine_bytes: first.build.engineBytes,
    stages: { h2d_ns: stage('h2d_ns'), compute_ns: stage('compute_ns'), d2h_ns: stage('d2h_ns') },
    warnings: [
      ...new Set(events.flatMap(({ warnings }) => warnings.map((line) => cleanLine(line)))),
    ],
    outputs_failure: outputsFailure(events),
    layers: profile === undefined ? null : layersOf(profile),
  };
}

function outputsFailure(events: readonly EventOf<'trtexec'>[]): string | null {
  const failure = events.find((event) => event.outputsFailure !== undefined)?.outputsFailure;
  return failure === undefined ? null : cleanLine(failure, 1000);
}

function layersOf({ failure, runs, layers }: EventOf<'placement'>): TrtexecResult['layers'] {
  const { count = 0, total_ns = 0, list = [] } = layers ?? {};
  return {
    failure: failure === null ? null : cleanText(failure, 2048),
    runs,
    count,
    total_ns,
    list: list.slice(0, MAX_LAYERS).map(({ name, duration_ns, median_ns }) => ({
      name: cleanLine(name, 200),
      duration_ns,
      median_ns,
      share: total_ns === 0 ? 0 : duration_ns / total_ns,
    })),
  };
}
