import { createHash } from 'node:crypto';
import type { WrittenOf } from '../contract/events.ts';
import { fromFloat16 } from '../contract/float16.ts';
import type { NamedTensor } from '../engine/engine.ts';
import type { Feeder } from '../engine/inputs.ts';
import { elementCount, tensorBytes } from '../engine/tensor-data.ts';

type OutputSummary = WrittenOf<'output'>['outputs'][number];

const maxValuesPerTensor = 4096;
/** Bounds the event when a model has hundreds of outputs. */
const maxValues = 65_536;
/** The event's own bound. */
const maxNameLength = 512;

/**
 * What the workstation needs to compare cells: hash, strided values and the arg-max of the first
 * rows of every output, at most 4096 of each, so that the event stays one line of the journal
 * whatever the model answers.
 */
export function summariseOutputs(outputs: readonly NamedTensor[]): OutputSummary[] {
  const limit = Math.min(
    maxValuesPerTensor,
    Math.max(1, Math.floor(maxValues / Math.max(1, outputs.length))),
  );
  return outputs.map((tensor) => summarise(tensor, limit));
}

function summarise(tensor: NamedTensor, limit: number): OutputSummary {
  const { dtype, data } = tensor;
  const name = tensor.name.slice(0, maxNameLength);
  const sha256 = createHash('sha256').update(tensorBytes(data)).digest('hex');
  const at = elementReader(tensor);
  const size = dtype === 'string' ? 0 : data.length;
  const stride = Math.max(1, Math.ceil(size / limit));
  let nonFinite = 0;
  const values: (number | null)[] = [];
  for (let i = 0; i < size; i += 1) {
    const value = at(i);
    const isUsable = Number.isFinite(value);
    if (!isUsable) nonFinite += 1;
    if (i % stride === 0) values.push(isUsable ? value : null);
  }
  const shape = [...tensor.shape];
  return { name, dtype, shape, sha256, nonFinite, stride, values, top1: top1(tensor, limit) };
}

function elementReader({ dtype, data }: NamedTensor): (index: number) => number {
  return dtype === 'float16'
    ? (index) => fromFloat16(Number(data[index] ?? 0))
    : (index) => Number(data[index] ?? 0);
}

/**
 * Arg-max of the first `maxRows` rows of a numeric [N, classes] tensor; empty for any other tensor.
 */
function top1(tensor: NamedTensor, maxRows = Number.POSITIVE_INFINITY): number[] {
  const [rows = 0, classes = 0] = tensor.shape;
  if (tensor.shape.length !== 2 || classes < 2 || tensor.dtype === 'string') return [];
  if (tensor.data.length !== elementCount(tensor.shape)) return [];
  const at = elementReader(tensor);
  return Array.from({ length: Math.min(rows, maxRows) }, (_, row) => {
    let best = 0;
    for (let column = 1; column < classes; column += 1) {
      if (at(row * classes + column) > at(row * classes + best)) best = column;
    }
    return best;
  });
}

/** Counts right answers over one pass of the labelled data. */
export class LabelScore {
  readonly #feeder: Feeder;
  #correct = 0;
  #total = 0;

  constructor(feeder: Feeder) {
    this.#feeder = feeder;
  }

  /** True once every record was counted: the outputs of later iterations need not be looked at. */
  get isComplete(): boolean {
    return this.#total >= this.#feeder.records;
  }

  /** Counts the rows of the first [N, classes] output that belong to the first pass. */
  add(outputs: readonly NamedTensor[]): void {
    const answers = outputs.map((tensor) => top1(tensor)).find((rows) => rows.length > 0) ?? [];
    for (const [row, answer] of answers.entries()) {
      if (this.isComplete) return;
      this.#total += 1;
      if (answer === this.#feeder.label(row)) this.#correct += 1;
    }
  }

  result(): WrittenOf<'output'>['labels'] {
    return this.#total > 0 ? { correct: this.#correct, total: this.#total } : null;
  }
}
