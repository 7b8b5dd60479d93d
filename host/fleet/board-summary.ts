import { labelUnderModel } from '../analysis/model-name.ts';
import type { CellResult } from '../analysis/result/cell-result.ts';
import type { Result } from '../analysis/result/result.ts';

/** What one cell came to on one board: what a fleet's table and its comparison of boards need. */
export interface CellSummary {
  /** The same for the same cell of another board: id of the model and label. */
  readonly key: string;
  /** For people: `resnet34 · 1 thread`. */
  readonly name: string;
  readonly verdict: CellResult['verdict']['kind'];
  readonly median_ns: number | null;
  /** Half-width of the 95 % interval as a share. */
  readonly halfWidth: number | null;
  readonly p90_ns: number | null;
  readonly p99_ns: number | null;
  readonly max_ns: number | null;
  readonly throughputPerS: number | null;
  /** Of the processes that count for the headline. */
  readonly processMedians_ns: readonly number[];
}

/** A board's result, reduced to what stays in memory for every board of a fleet. */
export interface BoardSummary {
  readonly name: string;
  readonly runId: string;
  /** Kind of board: only boards of one kind are held against each other. */
  readonly model: string | null;
  /** By `conditionLabels`; null is not known. */
  readonly conditions: Readonly<Record<string, string | null>>;
  readonly cells: readonly CellSummary[];
}

/**
 * What can make one board slower than another of its kind, the strongest first. Clocks that nobody
 * recorded are no key: a difference that is not here is not claimed to be absent.
 */
export const conditionLabels = {
  'power.mode': 'power mode',
  'cpu.online': 'CPUs online',
  'clocks.cpu': 'CPU clock',
  'clocks.gpu': 'GPU clock',
  'clocks.locked': 'clocks locked',
  throttled: 'throttling',
  temperature: 'temperature',
  contention: 'other work on its CPUs',
  'board.l4t': 'L4T release',
  'board.kernel': 'kernel',
  'runtime.onnxruntime': 'ONNX Runtime',
  'runtime.node': 'Node',
  'board.libc': 'C library',
} as const;
export type Condition = keyof typeof conditionLabels;

/** More waiting for a CPU than this, as a share of running and waiting, is somebody else's work. */
const CONTENTION_SHARE = 0.02;

/** @param name the board's name in its fleet. */
export function summarizeBoard(name: string, result: Result): BoardSummary {
  const measured = result.cells.filter((cell) => cell.purpose === 'measure');
  const isThrottled = measured.some((cell) => cell.verdict.kind === 'THROTTLED');
  const waits = measured.flatMap((cell) => cell.contention?.wait_share ?? []);
  const isContended = waits.some((share) => share > CONTENTION_SHARE);
  const environment: Readonly<Record<string, string | null>> = result.environment;
  const hottestC = hottest(measured);
  const { 'board.model': model = null, 'cpu.model': cpu = null } = environment;
  return {
    name,
    runId: result.run_id,
    model: model ?? cpu,
    conditions: {
      ...environment,
      throttled: isThrottled ? 'yes' : 'no',
      temperature: hottestC === null ? null : `${hottestC.toFixed(1)} °C`,
      contention: waits.length === 0 ? null : isContended ? 'yes' : 'no',
    },
    cells: measured.map(cellSummary),
  };
}

/** Of all zones over the steady parts of all cells; of boards of one kind the same zones. */
function hottest(cells: readonly CellResult[]): number | null {
  const all = cells.flatMap(({ board }) => (board?.temperatures ?? []).map(({ max_c }) => max_c));
  return all.length === 0 ? null : Math.max(...all);
}

function cellSummary(cell: CellResult): CellSummary {
  const isSound = cell.verdict.kind !== 'INVALID';
  const counted = cell.processes.filter((process) => process.excluded === null);
  return {
    key: `${cell.model} ${labelUnderModel(cell)}`,
    name: `${cell.model_name} · ${labelUnderModel(cell)}`,
    verdict: cell.verdict.kind,
    median_ns: isSound ? cell.median_ns : null,
    halfWidth: cell.ci?.half_width ?? null,
    p90_ns: cell.percentiles.p90.value_ns,
    p99_ns: cell.percentiles.p99.value_ns,
    max_ns: cell.max_ns,
    throughputPerS: cell.throughput_per_s,
    processMedians_ns: isSound ? counted.flatMap(({ median_ns }) => median_ns ?? []) : [],
  };
}
