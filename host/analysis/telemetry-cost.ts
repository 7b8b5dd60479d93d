import { type Plan, sampleEveryMs } from '../../agent/contract/plan.ts';
import { formatCount } from '../quantities/format.ts';
import { blockPairs } from './block-pairs.ts';
import type { CellResult } from './result/cell-result.ts';
import type { Notice } from './result/notice.ts';
import { comparePaired } from './statistics/compare-paired.ts';

const LEVEL = 0.95;
const THRESHOLD = 0.01;
/** A cost whose whole interval is above this is too much. */
const MAX_COST = 0.005;

/** What telemetry costs one cell: the ratio of its medians with it and without, paired by block. */
interface TelemetryCost {
  readonly cell: string;
  readonly ratio: number;
  readonly lo: number;
  readonly hi: number;
  /** The lower end where the level is shared among all cells of the check (Bonferroni). */
  readonly loOfAll: number;
  readonly blocks: number;
}

/**
 * Ids of the cells that were measured with the sampler paused, beside the same ones that were not.
 */
export function unwatchedCells(plan: Pick<Plan, 'cells'>): ReadonlySet<string> {
  return new Set(plan.cells.flatMap(({ id, isUnwatched }) => (isUnwatched ? [id] : [])));
}

/**
 * Of each cell that was measured with telemetry and without in the same blocks
 * (`--check-telemetry`).
 */
function telemetryCosts(cells: readonly CellResult[], plan: Pick<Plan, 'cells'>): TelemetryCost[] {
  const checked = plan.cells.flatMap((unwatched) => {
    if (!unwatched.isUnwatched || unwatched.purpose !== 'measure') return [];
    const { id: _id, label: _label, isUnwatched: _isUnwatched, ...settings } = unwatched;
    const twin = plan.cells.find(({ id: _other, label: _name, isUnwatched, ...others }) => {
      return isUnwatched !== true && JSON.stringify(others) === JSON.stringify(settings);
    });
    const on = cells.find(({ cell }) => cell === twin?.id);
    const off = cells.find(({ cell }) => cell === unwatched.id);
    if (on === undefined || off === undefined) return [];
    const pairs = blockPairs(off, on, ({ median_ns }) => median_ns);
    return pairs.length < 2 ? [] : [{ cell: on.cell, pairs }];
  });
  const levelOfAll = 1 - (1 - LEVEL) / checked.length;
  return checked.flatMap(({ cell, pairs }): TelemetryCost[] => {
    const found = comparePaired(pairs, THRESHOLD, LEVEL);
    const ofAll = comparePaired(pairs, THRESHOLD, levelOfAll);
    if (found === null || ofAll === null) return [];
    const { ratio, lo, hi, blocks } = found;
    return [{ cell, ratio, lo, hi, loOfAll: ofAll.lo, blocks }];
  });
}

/** The cost in words, for each cell. */
export function telemetryCostNotices(cells: readonly CellResult[], plan: Plan): Notice[] {
  return telemetryCosts(cells, plan).map((cost) => {
    const advice = isTooMuch(cost) ? '; take --telemetry off for numbers to publish' : '';
    const text = `telemetry ${plan.telemetry} ${rateText(sampleEveryMs(plan))} costs ${costText(cost)}, ${formatCount(cost.blocks, 'block')}${advice}`;
    return { code: 'telemetry-cost', text, cell: cost.cell };
  });
}

/** `+0.82 % of the median (95 %: +0.55 % to +1.10 %)` */
function costText({ ratio, lo, hi }: Pick<TelemetryCost, 'ratio' | 'lo' | 'hi'>): string {
  return `${percent(ratio)} of the median (95 %: ${percent(lo)} to ${percent(hi)})`;
}

/** `each 200 ms`, `each second` */
function rateText(everyMs: number): string {
  if (everyMs < 1000) return `each ${everyMs} ms`;
  return everyMs === 1000 ? 'each second' : `each ${everyMs / 1000} s`;
}

function isTooMuch({ loOfAll }: TelemetryCost): boolean {
  return loOfAll > 1 + MAX_COST;
}

function percent(ratio: number): string {
  return `${ratio < 1 ? '−' : '+'}${Math.abs((ratio - 1) * 100).toFixed(2)} %`;
}
