import type { Result } from '../analysis/result/result.ts';
import { costText, rateText, tooCostly } from '../analysis/telemetry-cost.ts';
import type { EffortRequest } from '../plan/effort.ts';
import { bench } from './bench.ts';
import type { BenchRequest } from './bench-request.ts';
import type { RunOutcome } from './run-outcome.ts';

/** An interval takes two. */
const FEWEST_BLOCKS = 2;

/**
 * One benchmark; where `--check-telemetry` found that telemetry certainly costs more than half a percent, once more with half
 * the rate of its readings, within what is left of the budget. Both runs are saved; the second tells what the first found.
 * @throws OrinError as `bench` does.
 */
export async function benchChecked(
  request: BenchRequest,
  measure: typeof bench = bench,
): Promise<RunOutcome | null> {
  const first = await measure(request);
  if (first?.kind !== 'saved' || request.signal.aborted) return first;
  const earlier = tooCostly(first.result);
  if (earlier === null) return first;
  const found = `telemetry ${rateText(earlier.every_ms)} costs ${costText(earlier)}, above 0.5 %`;
  const effort = effortLeft(request.effort, first.result);
  if (effort === null) {
    const text = `${found}: too little of the budget is left to measure with half its rate (a longer --budget, or --telemetry off)`;
    request.listener({ kind: 'note', text });
    return first;
  }
  const text = `${found}: once more with half its rate, ${rateText(2 * earlier.every_ms)} (saved ${earlier.run_id})`;
  request.listener({ kind: 'note', text });
  return await measure({ ...request, effort, telemetryCheck: earlier });
}

/** The same effort with what the first run left of its budget; null where that is too little to compare anything. */
function effortLeft(effort: EffortRequest, { run, cells }: Result): EffortRequest | null {
  if (effort.budgetMs === undefined) return effort;
  // The budget is of measuring: engines that the first run built are there for the second.
  const built = cells.flatMap(({ trtexec }) => (trtexec?.built_by_cell ? [trtexec] : []));
  const builtMs = built.reduce((sum, { build_ns }) => sum + (build_ns ?? 0), 0) / 1e6;
  const usedMs = Math.ceil(Math.max(0, run.duration_s * 1000 - builtMs));
  const budgetMs = effort.budgetMs - usedMs;
  const neededMs = (FEWEST_BLOCKS * usedMs) / Math.max(1, run.blocks_begun);
  return budgetMs < neededMs ? null : { ...effort, budgetMs };
}
