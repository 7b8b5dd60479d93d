import { cleanLine } from '../../agent/contract/clean-text.ts';
import { type Cell, itemsPerIteration, type Plan } from '../../agent/contract/plan.ts';
import { mayBuildEngine } from '../../host/plan/effort.ts';
import { formatShape } from '../../models/shape-text.ts';
import { textTable } from '../terminal/text-table.ts';
import { itemsText } from '../words/items-text.ts';
import { counted, formatElapsed } from '../words/quantities.ts';

/**
 * `up to about 2:20`, and what of it nobody knows beforehand. It is no bound: how long a process of
 * this board takes to start is known only when one has.
 */
export function lengthText({ cells }: Pick<Plan, 'cells'>, estimateMs: number): string {
  const building = cells.some(mayBuildEngine) ? ', plus building engines' : '';
  return `up to about ${formatElapsed(estimateMs)}${building}`;
}

/** The cells of a plan and about the time that they can take, for --dry-run. */
export function describePlan(plan: Plan, estimateMs: number): string {
  const nameOf = new Map(plan.models.map((model) => [model.id, model.name]));
  const rows = plan.cells.map((cell) => [
    cell.id,
    nameOf.get(cell.model) ?? cell.model,
    cell.engine === 'ort' ? cell.ep : `${cell.ep} (${cell.engine})`,
    String(cell.threads),
    cell.affinity ?? 'any',
    cell.batch === null ? '' : String(cell.batch),
    String(itemsPerIteration(cell)),
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
      { title: 'items', align: 'right' },
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
  const measure = `${blocks}, each cell one fresh process that measures for up to ${formatElapsed(effort.processBudgetMs)}; seed ${plan.seed}`;
  return `${table.join('\n')}\n\n${inputLines(plan).join('\n')}\n\n  ${measure}\n  ${lengthText(plan, estimateMs)}\n`;
}

/** The shapes of every cell, cells of the same ones together, and what an iteration counts as. */
function inputLines({ cells }: Plan): string[] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const { model, batch, batchFrom, inputs } = cell;
    const key = JSON.stringify([model, batch, batchFrom, inputs]);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    if (first === undefined) return '';
    const inputs = first.inputs.map(
      ({ name, dtype, shape }) => `${cleanLine(name, 120)} ${dtype} ${formatShape(shape)}`,
    );
    const items = itemsText({ perIteration: itemsPerIteration(first), from: first.batchFrom });
    return `  ${cellsText(group)}  ${inputs.join(', ') || 'no inputs'}; ${items}`;
  });
}

/** `c1 to c3`: cells of the same shapes stand together in a plan. */
function cellsText(cells: readonly Cell[]): string {
  const [first, last] = [cells[0]?.id, cells.at(-1)?.id];
  return first === last ? `${first}` : `${first}, …, ${last}`;
}
