import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { Cell } from '../../agent/contract/plan.ts';
import type { CellResult } from '../../host/analysis/result/cell-result.ts';
import type { ModelFacts } from '../../models/facts.ts';
import { counted } from './quantities.ts';

/** How a batch is known, by the rule that found it. */
const reasons: Readonly<Record<NonNullable<Cell['batchFrom']>['rule'], string>> = {
  option: '--batch-axis says so',
  named: 'the model names it so',
  shared: 'all inputs and outputs share it',
  fixed: 'fixed in the model, of all inputs and outputs',
};

interface Items {
  readonly perIteration: number;
  /** Absent without a batch. */
  readonly from: Cell['batchFrom'] | undefined;
}

/** `4 items an iteration: batch_size, the model names it so`. */
export function itemsText({ perIteration, from }: Items): string {
  const items = `${counted(perIteration, 'item')} an iteration`;
  if (from === undefined) return `${items}: no dimension is known to be a batch`;
  return `${items}: the batch is ${cleanLine(from.dimension, 120)}, ${reasons[from.rule]}`;
}

/** The same of a cell of a result. */
export function configItemsText({ items_per_iteration, items_from }: CellResult['config']): string {
  const perIteration = items_per_iteration;
  if (items_from === null) return `${counted(perIteration, 'item')} an iteration`;
  const { rule, dimension } = items_from;
  if (rule === 'none') return itemsText({ perIteration, from: undefined });
  return itemsText({ perIteration, from: { rule, dimension: dimension ?? '' } });
}

/** What of a model is its batch, for `model inspect`. */
export function batchText(batch: ModelFacts['batch']): string {
  if (batch === null) {
    return 'none that is known: an inference is one item (--batch-axis says which dimension is one)';
  }
  return `${cleanLine(batch.dimension, 120)}: ${reasons[batch.from]}`;
}
