import type { Result } from '../analysis/result/result.ts';
import { baselinesFor, onlyModels, readBaselines } from './baselines.ts';
import { compareRuns, type RunComparison } from './compare-runs.ts';
import { openRun } from './saved-runs.ts';

/**
 * A run against every lasting baseline of its board, each for the models of which it is the
 * baseline; empty without one.
 * @throws OrinError `results-unreadable`
 */
export async function againstBaselines(
  runsDirectory: string,
  result: Result,
): Promise<readonly RunComparison[]> {
  const comparisons: RunComparison[] = [];
  for (const { runId, models } of baselinesFor(await readBaselines(runsDirectory), result)) {
    const baseline = await openRun(runsDirectory, runId);
    comparisons.push(
      compareRuns(onlyModels(baseline.result, models), [onlyModels(result, models)]),
    );
  }
  return comparisons;
}
