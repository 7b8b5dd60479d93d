import type { Cell } from '../../agent/contract/plan.ts';
import { OrinError } from '../errors.ts';

const fields: Record<string, (cell: Cell) => string> = {
  engine: (cell) => cell.engine,
  ep: (cell) => (cell.engine === 'trtexec' ? 'trtexec' : cell.ep),
  precision: (cell) => cell.precision,
  threads: (cell) => String(cell.threads),
  batch: (cell) => String(cell.batch ?? 'none'),
  affinity: (cell) => (cell.affinity ?? 'any').replaceAll(',', '+'),
  opt: (cell) => cell.graphOptimization,
  spinning: (cell) => (cell.spinning ? 'on' : 'off'),
  irqs: (cell) => (cell.isSteered ? 'moved' : 'kept'),
  'inter-op': (cell) => String(cell.interOpThreads ?? 'off'),
};

/** Besides `fields`: what people call a model is not in its cells. */
const MODEL = 'model';

/** Pairs that a cell must all match: `threads=6,batch=1`. */
export type CellFilter = ReadonlyMap<string, string>;

/**
 * Reads `key=value,key=value`.
 * @throws OrinError `usage` on an unknown key or a missing value.
 */
export function parseCellFilter(text: string, option: string): CellFilter {
  const filter = new Map<string, string>();
  for (const pair of text.split(',')) {
    const [key = '', value] = pair.split('=', 2).map((part) => part.trim());
    if (!(key === MODEL || Object.hasOwn(fields, key)) || !value) {
      throw new OrinError({
        code: 'usage',
        what: `${option} ${text}: cannot read "${pair}"`,
        why: `keys are ${[MODEL, ...Object.keys(fields)].join(', ')}`,
        next: `write it like ${option} threads=6,batch=1`,
      });
    }
    filter.set(key, value);
  }
  return filter;
}

/** @param model what the cell's model is called: a filter may leave out `.onnx`. */
export function matchesAny(cell: Cell, model: string, filters: readonly CellFilter[]): boolean {
  const matches = (key: string, value: string) =>
    key === MODEL
      ? [model, model.replace(/\.onnx$/iu, '')].includes(value)
      : fields[key]?.(cell) === value;
  return filters.some((filter) => [...filter].every(([key, value]) => matches(key, value)));
}
