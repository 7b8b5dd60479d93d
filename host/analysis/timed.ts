import type { CellResult } from './result/cell-result.ts';

type Cells = readonly Pick<CellResult, 'config' | 'trtexec'>[];

/**
 * What lies inside each duration of a cell: `session.run`, `h2d+compute+d2h`; empty where no
 * trtexec told.
 */
export function timedText({ config, trtexec }: Cells[number]): string {
  return config.engine === 'trtexec' ? (trtexec?.timed ?? '') : 'session.run';
}

/**
 * True where rows stand side by side, or alone, whose durations are not those of a call of ONNX
 * Runtime.
 */
export function hasTrtexec(cells: Cells): boolean {
  return cells.some(({ config }) => config.engine === 'trtexec');
}

/**
 * What TensorRT took to build the cell's engine, under trtexec or ONNX Runtime; null where it built
 * none that is known.
 */
export function engineBuild_ns(cell: Pick<CellResult, 'cold_start' | 'trtexec'>): number | null {
  return cell.trtexec?.build_ns ?? cell.cold_start.engine_build_ns;
}

/** A sentence on what latency is in these rows; code stands between backticks. */
export function latencyMeaning(cells: Cells): string {
  const call =
    'the wall time of one `session.run` in a closed loop, inputs bound and outputs copied back';
  if (!hasTrtexec(cells)) return `Latency is ${call}`;
  const own = 'of one query after another, in its own loop; building its engine is in no latency';
  const stages = timedStages(cells);
  return cells.every(({ config }) => config.engine === 'trtexec')
    ? `Latency is what trtexec times: \`${stages}\` ${own}`
    : `Latency is ${call}; in rows of trtexec it is what trtexec times: \`${stages}\` ${own}. They are neighbours, not the same`;
}

/** `h2d+compute+d2h`, as the rows of trtexec say. */
export function timedStages(cells: Cells): string {
  const stages = new Set(cells.flatMap(({ trtexec }) => trtexec?.timed ?? []));
  return stages.size === 0 ? 'h2d+compute+d2h' : [...stages].join(', ');
}
