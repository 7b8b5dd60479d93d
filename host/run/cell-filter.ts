import type { Cell } from '../../agent/protocol/plan.ts';
import { OrinError } from '../errors.ts';

const fields: Record<string, (cell: Cell) => string> = {
  model: (cell) => cell.model,
  engine: (cell) => cell.engine,
  ep: (cell) => (cell.engine === 'trtexec' ? 'trtexec' : cell.ep),
  precision: (cell) => cell.precision,
  threads: (cell) => String(cell.threads),
  batch: (cell) => String(cell.batch),
  affinity: (cell) => (cell.affinity ?? 'any').replaceAll(',', '+'),
  opt: (cell) => cell.graphOptimization,
  spinning: (cell) => (cell.spinning ? 'on' : 'off'),
  irqs: (cell) => (cell.isSteered ? 'moved' : 'kept'),
  'inter-op': (cell) => String(cell.interOpThreads ?? 'off'),
};

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
    if (!(key in fields) || !value) {
      throw new OrinError({
        code: 'usage',
        what: `${option} ${text}: cannot read "${pair}"`,
        why: `keys are ${Object.keys(fields).join(', ')}`,
        next: `write it like ${option} threads=6,batch=1`,
      });
    }
    filter.set(key, value);
  }
  return filter;
}

export function matchesAny(cell: Cell, filters: readonly CellFilter[]): boolean {
  return filters.some((filter) =>
    [...filter].every(([key, value]) => fields[key]?.(cell) === value),
  );
}
