import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { Plan } from '../../agent/contract/plan.ts';
import type { CellResult } from './result/cell-result.ts';

/** What people are shown of a model of this plan. */
export function modelName({ models }: Pick<Plan, 'models'>, id: string): string {
  return cleanLine(models.find((model) => model.id === id)?.name ?? id, 1000);
}

/** A cell's label where its model is said already, in the heading above it. */
export function labelUnderModel({
  label,
  model_name,
}: Pick<CellResult, 'label' | 'model_name'>): string {
  const ending = ` · ${model_name}`;
  return label.endsWith(ending) ? label.slice(0, -ending.length) : label;
}
