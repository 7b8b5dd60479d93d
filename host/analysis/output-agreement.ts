import { precisions } from '../../agent/contract/choices.ts';
import type { EventOf } from '../../agent/contract/events.ts';
import type { Cell } from '../../agent/contract/plan.ts';
import type { ProcessData } from '../journal/journal-data.ts';
import type { OutputAgreement } from './result/cell-result.ts';

type Tensor = EventOf<'output'>['outputs'][number];

/**
 * How far outputs may differ before an answer counts as another answer. Where there is a bound for
 * top-1, only that speaks for outputs: the distance beside it, far wider than what quantisation
 * does, tells junk.
 */
const tolerances: Record<Cell['precision'], OutputAgreement['tolerance']> = {
  fp32: { rel_l2: 1e-4, top1_agreement: null },
  // Its products have the mantissa of fp16.
  tf32: { rel_l2: 1e-2, top1_agreement: null },
  fp16: { rel_l2: 1e-2, top1_agreement: null },
  int8: { rel_l2: 0.5, top1_agreement: 0.99 },
};

interface Difference {
  readonly maxAbs: number;
  readonly relL2: number;
  readonly top1: number | null;
}

/**
 * Cells that must give the same answers: same model file, same inputs. The first of them with
 * outputs is the reference of the others, one on the CPU before any on a GPU, of these the most
 * exact precision before others; one that has no equal is its own.
 */
export function referenceOf(
  cell: Cell,
  cells: readonly Cell[],
  hasOutputs: (cell: Cell) => boolean,
): Cell | null {
  const key = sameAnswers(cell);
  const equals = cells.filter((other) => sameAnswers(other) === key && hasOutputs(other));
  const [mostExact = null] = equals.toSorted(
    (a, b) => precisions.indexOf(a.precision) - precisions.indexOf(b.precision),
  );
  return equals.find(({ ep }) => ep === 'cpu') ?? mostExact;
}

function sameAnswers(cell: Cell): string {
  return JSON.stringify([cell.model, cell.batch, cell.inputs]);
}

/**
 * Holds every output of a cell's processes against the reference's first; the worst of them counts.
 */
export function outputAgreement(
  cell: Cell,
  processes: readonly ProcessData[],
  reference: { readonly cell: Cell; readonly output: EventOf<'output'> } | null,
): OutputAgreement {
  const tolerance = tolerances[cell.precision];
  // A model may give sequences or maps only: none of them is recorded.
  const outputs = processes
    .flatMap((process) => process.output ?? [])
    .filter((output) => output.outputs.length > 0);
  const nonFinite = Math.max(0, ...outputs.map(countNonFinite));
  const unknown = { max_abs: null, rel_l2: null, top1_agreement: null };
  const base = { reference: reference?.cell.id ?? null, tolerance, non_finite: nonFinite };
  if (nonFinite > 0) {
    const reason = `${nonFinite} output elements are not finite`;
    return { ...base, ...unknown, ok: false, reason };
  }
  if (outputs.length === 0 || reference === null || reference.output.outputs.length === 0) {
    return { ...base, ...unknown, ok: null, reason: 'no outputs were recorded' };
  }
  // trtexec writes numbers without their types, in an order of its own.
  const isTyped = cell.engine !== 'trtexec' && reference.cell.engine !== 'trtexec';
  const differences = outputs.map((output) => compareOutputs(output, reference.output, isTyped));
  if (differences.includes(null)) {
    const reason = `outputs have other names or shapes than those of ${reference.cell.id}`;
    return { ...base, ...unknown, ok: false, reason };
  }
  const worst = worstOf(differences.filter((difference) => difference !== null));
  const wrong = disagreement(worst, tolerance, reference.cell.id);
  const reason = wrong ?? notJudged(worst, cell, reference.cell);
  return {
    ...base,
    max_abs: worst.maxAbs,
    rel_l2: worst.relL2,
    top1_agreement: worst.top1,
    ok: reason === null ? true : wrong === null ? null : false,
    reason,
  };
}

/**
 * Why nothing can be said for outputs against which nothing was found; null where they were judged.
 */
function notJudged(worst: Difference, cell: Cell, reference: Cell): string | null {
  // A CPU is what the others are held against; a GPU that is held against itself may repeat the
  // same mistake.
  if (reference.id === cell.id) {
    return cell.ep === 'cpu' ? null : 'no cell on the CPU computes the same: add cpu to --ep';
  }
  const isDistant = worst.relL2 > 0 && tolerances[cell.precision].top1_agreement !== null;
  if (!isDistant || worst.top1 !== null) return null;
  return `${cell.precision} is judged by top-1, which only outputs of [N, classes] have; they are off by ${worst.relL2.toPrecision(2)} (relative l2)`;
}

function countNonFinite(output: EventOf<'output'>): number {
  return output.outputs.reduce((sum, tensor) => sum + tensor.nonFinite, 0);
}

function disagreement(
  worst: Difference,
  tolerance: OutputAgreement['tolerance'],
  reference: string,
): string | null {
  if (tolerance.rel_l2 !== null && worst.relL2 > tolerance.rel_l2) {
    const found = worst.relL2.toPrecision(2);
    return `outputs differ from ${reference} by ${found} (relative l2), ${tolerance.rel_l2} allowed`;
  }
  if (
    tolerance.top1_agreement !== null &&
    worst.top1 !== null &&
    worst.top1 < tolerance.top1_agreement
  ) {
    return `top-1 agrees with ${reference} in ${(worst.top1 * 100).toFixed(1)} % of the answers`;
  }
  return null;
}

function worstOf(differences: readonly Difference[]): Difference {
  const top1 = differences.flatMap((difference) => difference.top1 ?? []);
  return {
    maxAbs: Math.max(0, ...differences.map((difference) => difference.maxAbs)),
    relL2: Math.max(0, ...differences.map((difference) => difference.relL2)),
    top1: top1.length === 0 ? null : Math.min(...top1),
  };
}

/** Null when the outputs cannot be laid side by side. */
function compareOutputs(
  ours: EventOf<'output'>,
  theirs: EventOf<'output'>,
  isTyped: boolean,
): Difference | null {
  if (ours.outputs.length !== theirs.outputs.length) return null;
  const pairs = ours.outputs.map((tensor) => {
    const other = theirs.outputs.find(({ name }) => name === tensor.name);
    return compareTensors(isTyped || !other ? tensor : { ...tensor, dtype: other.dtype }, other);
  });
  return pairs.includes(null) ? null : worstOf(pairs.filter((pair) => pair !== null));
}

/**
 * A vanishing reference has no relative distance: any difference at all is then out of every
 * tolerance.
 */
const BEYOND_ALL = Number.MAX_VALUE;

function compareTensors(ours: Tensor, theirs: Tensor | undefined): Difference | null {
  if (theirs === undefined || ours.dtype !== theirs.dtype) return null;
  if (ours.shape.join() !== theirs.shape.join() || ours.stride !== theirs.stride) return null;
  const top1 = top1Agreement(ours.top1, theirs.top1);
  if (ours.sha256 === theirs.sha256) return { maxAbs: 0, relL2: 0, top1 };
  if (ours.values.length !== theirs.values.length) return null;
  let maxAbs = 0;
  let squares = 0;
  let norm = 0;
  ours.values.forEach((value, i) => {
    const other = theirs.values[i] ?? 0;
    const difference = Math.abs((value ?? 0) - other);
    maxAbs = Math.max(maxAbs, difference);
    squares += difference * difference;
    norm += other * other;
  });
  // Texts, and numbers that differ only between the elements that were kept, show no distance.
  const isText = ours.dtype === 'string';
  if (squares === 0 && !isText) return { maxAbs, relL2: 0, top1 };
  const relL2 = norm > 0 && !isText ? Math.sqrt(squares / norm) : BEYOND_ALL;
  return { maxAbs, relL2, top1 };
}

function top1Agreement(ours: readonly number[], theirs: readonly number[]): number | null {
  if (ours.length === 0 || ours.length !== theirs.length) return null;
  return ours.filter((label, row) => label === theirs[row]).length / ours.length;
}
