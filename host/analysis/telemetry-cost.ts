import { type Plan, sampleEveryMs } from '../../agent/contract/plan.ts';
import type { TelemetryCheck } from '../plan/run-context.ts';
import { formatCount } from '../quantities/format.ts';
import { blockPairs } from './block-pairs.ts';
import type { CellResult } from './result/cell-result.ts';
import type { Notice } from './result/notice.ts';
import type { Result } from './result/result.ts';
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

/** Ids of the cells that were measured with the sampler paused, beside the same ones that were not. */
export function unwatchedCells(plan: Pick<Plan, 'cells'>): ReadonlySet<string> {
  return new Set(plan.cells.flatMap(({ id, isUnwatched }) => (isUnwatched ? [id] : [])));
}

/** Of each cell that was measured with telemetry and without in the same blocks (`--check-telemetry`). */
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

/** The cost in words, for each cell; after a check at the full rate, with what it was then. */
export function telemetryCostNotices(
  cells: readonly CellResult[],
  plan: Plan,
  earlier: TelemetryCheck | null = null,
): Notice[] {
  const before =
    earlier === null
      ? ''
      : `; ${rateText(earlier.every_ms)} it was ${costText(earlier)} (run ${earlier.run_id})`;
  return telemetryCosts(cells, plan).map((cost) => {
    const advice = isTooMuch(cost) ? '; take --telemetry off for numbers to publish' : '';
    const text = `telemetry ${plan.telemetry} ${rateText(sampleEveryMs(plan))} costs ${costText(cost)}, ${formatCount(cost.blocks, 'block')}${before}${advice}`;
    return { code: 'telemetry-cost', text, cell: cost.cell };
  });
}

/**
 * The costliest cell of a check whose cost is certainly above half a percent, as the next check is told of it; null when
 * there is none, the rate was halved before, or the run did not come to its end.
 */
export function tooCostly(result: Result): TelemetryCheck | null {
  const { cells, plan, run, context } = result;
  if (context.telemetry_check != null || run.ended !== 'completed') return null;
  const costs = telemetryCosts(cells, plan).filter(isTooMuch);
  const [worst] = costs.sort((a, b) => b.ratio - a.ratio);
  if (worst === undefined) return null;
  const { ratio, lo, hi } = worst;
  return { run_id: result.run_id, every_ms: sampleEveryMs(plan), ratio, lo, hi };
}

/** `+0.82 % of the median (95 %: +0.55 % to +1.10 %)` */
export function costText({ ratio, lo, hi }: Pick<TelemetryCost, 'ratio' | 'lo' | 'hi'>): string {
  return `${percent(ratio)} of the median (95 %: ${percent(lo)} to ${percent(hi)})`;
}

/** `each 200 ms`, `each second` */
export function rateText(everyMs: number): string {
  if (everyMs < 1000) return `each ${everyMs} ms`;
  return everyMs === 1000 ? 'each second' : `each ${everyMs / 1000} s`;
}

function isTooMuch({ loOfAll }: TelemetryCost): boolean {
  return loOfAll > 1 + MAX_COST;
}

function percent(ratio: number): string {
  return `${ratio < 1 ? '−' : '+'}${Math.abs((ratio - 1) * 100).toFixed(2)} %`;
}
