import type { Plan } from '../../agent/protocol/plan.ts';
import { mayBuildEngine } from '../../host/run/effort.ts';
import { counted, formatElapsed } from './quantities.ts';
import { textTable } from './text-table.ts';

/** `at most 2:20`, and what of it nobody knows beforehand. */
export function atMostText({ cells }: Pick<Plan, 'cells'>, estimateMs: number): string {
  const building = cells.some(mayBuildEngine) ? ', plus building engines' : '';
  return `at most ${formatElapsed(estimateMs)}${building}`;
}

/** The cells of a plan and the time that they take at most, for --dry-run. */
export function describePlan(plan: Plan, estimateMs: number): string {
  const nameOf = new Map(plan.models.map((model) => [model.id, model.name]));
  const rows = plan.cells.map((cell) => [
    cell.id,
    nameOf.get(cell.model) ?? cell.model,
    cell.engine === 'ort' ? cell.ep : `${cell.ep} (${cell.engine})`,
    String(cell.threads),
    cell.affinity ?? 'any',
    String(cell.batch),
    cell.precision,
    cell.purpose === 'calibration' ? 'calibration' : '',
  ]);
  const table = textTable(
    [
      { title: 'cell', align: 'left' },
      { title: 'model', align: 'left' },
      { title: 'ep', align: 'left' },
      { title: 'threads', align: 'right' },
      { title: 'CPUs', align: 'left' },
      { title: 'batch', align: 'right' },
      { title: 'precision', align: 'left' },
      { title: '', align: 'left' },
    ],
    rows,
  );
  const { effort } = plan;
  const blocks =
    effort.minBlocks === effort.maxBlocks
      ? counted(effort.maxBlocks, 'block')
      : `${effort.minBlocks} to ${counted(effort.maxBlocks, 'block')}`;
  const measure = `${blocks}, each cell one fresh process of at most ${formatElapsed(effort.processBudgetMs)}; seed ${plan.seed}`;
  return `${table.join('\n')}\n\n  ${measure}\n  ${atMostText(plan, estimateMs)}\n`;
}
