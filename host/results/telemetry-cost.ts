import type { Plan } from '../../agent/protocol/plan.ts';
import { comparePaired } from '../stats/compare-paired.ts';
import type { CellResult } from './cell-result.ts';
import { blockMedians } from './process-result.ts';
import type { Notice } from './result.ts';

const LEVEL = 0.95;
const THRESHOLD = 0.01;
/** A cost that is certain and above this is worth another source. */
const WORTH_AVOIDING = 0.005;

/**
 * What telemetry costs, where every cell was measured with it and without it in the same blocks (`--check-telemetry`): the
 * ratio of medians, paired by block, with its interval.
 */
export function telemetryCosts(cells: readonly CellResult[], plan: Plan): Notice[] {
  return plan.cells.flatMap((unwatched): Notice[] => {
    if (!unwatched.isUnwatched || unwatched.purpose !== 'measure') return [];
    const { id: _id, label: _label, isUnwatched: _isUnwatched, ...settings } = unwatched;
    const twin = plan.cells.find(({ id: _other, label: _name, isUnwatched, ...others }) => {
      return isUnwatched !== true && JSON.stringify(others) === JSON.stringify(settings);
    });
    const on = cells.find(({ cell }) => cell === twin?.id);
    const off = cells.find(({ cell }) => cell === unwatched.id);
    if (on === undefined || off === undefined) return [];
    const without = blockMedians(off);
    const pairs = [...blockMedians(on)].flatMap(([block, b]) => {
      const a = without.get(block);
      return a === undefined ? [] : [{ a, b }];
    });
    const found = pairs.length < 2 ? null : comparePaired(pairs, THRESHOLD, LEVEL);
    if (found === null) return [];
    const percent = (ratio: number) =>
      `${ratio < 1 ? '−' : '+'}${Math.abs((ratio - 1) * 100).toFixed(2)} %`;
    const advice =
      found.lo > 1 && found.ratio - 1 > WORTH_AVOIDING
        ? '; take --telemetry off for numbers to publish'
        : '';
    const text = `telemetry ${plan.telemetry} costs ${percent(found.ratio)} of the median (95 %: ${percent(found.lo)} to ${percent(found.hi)}, ${found.blocks} blocks)${advice}`;
    return [{ code: 'telemetry-cost', text, cell: on.cell }];
  });
}
