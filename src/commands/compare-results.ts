import type { OptionValues } from 'commander';
import { exitCodes, OrinError } from '../../host/errors.ts';
import { baselinesFor, readBaselines } from '../../host/results/baselines.ts';
import { compareRuns, type RunComparison } from '../../host/results/compare-runs.ts';
import { openRun, type SavedRun } from '../../host/results/saved-runs.ts';
import { directoriesFrom } from '../config/directories.ts';
import { environment } from '../config/environment.ts';
import { compareReport } from '../output/compare-report.ts';
import { plainText } from '../output/symbols.ts';
import { terminalOf } from '../output/terminal.ts';
import { wrapText } from '../output/wrap-text.ts';

/** `orin-remote results compare <run> [run…]`: the first is the baseline; one alone is held against the lasting one. */
export async function compareCommand(
  ids: readonly string[],
  options: OptionValues,
): Promise<number> {
  const runsDirectory = directoriesFrom(environment).runs;
  const runs: SavedRun[] = [];
  for (const id of ids) runs.push(await openRun(runsDirectory, id));
  const [baseline, ...others] = await withBaseline(runsDirectory, runs);
  if (baseline === undefined) return exitCodes.usage;
  const comparison = compareRuns(
    baseline.result,
    others.map(({ result }) => result),
  );
  if (options.json) {
    process.stdout.write(`${JSON.stringify(asJson(comparison), null, 2)}\n`);
    return exitCodes.ok;
  }
  const terminal = terminalOf(process.stdout, environment, options);
  const text = compareReport(comparison, terminal).join('\n');
  process.stdout.write(`${plainText(wrapText(text, terminal.columns()), terminal.isUnicode)}\n`);
  return exitCodes.ok;
}

async function withBaseline(
  runsDirectory: string,
  runs: readonly SavedRun[],
): Promise<readonly SavedRun[]> {
  const [only, another] = runs;
  if (only === undefined || another !== undefined) return runs;
  const [id] = baselinesFor(await readBaselines(runsDirectory), only.result);
  if (id !== undefined) return [await openRun(runsDirectory, id), only];
  const isIt = (only.baselineOf?.length ?? 0) > 0;
  throw new OrinError({
    code: 'usage',
    what: `nothing to compare ${only.runId} with`,
    why: isIt
      ? 'it is the baseline itself'
      : 'no run is marked as the baseline of its board and model',
    next: isIt
      ? `orin-remote results compare ${only.runId} RUN`
      : 'name two runs, or mark a baseline: orin-remote results baseline RUN',
  });
}

/** For other programs: figures and words without the whole cells. */
function asJson({ results, cells, differences }: RunComparison): unknown {
  return {
    schema: 'orin-remote/comparison@1',
    runs: results.map(({ run_id }) => run_id),
    differences,
    cells: cells.map(({ label, model, entries }) => ({
      label,
      model,
      runs: entries.map(
        (entry) =>
          entry && {
            cell: entry.cell.cell,
            median_ns: entry.cell.median_ns,
            ci: entry.cell.ci,
            verdict: entry.cell.verdict.kind,
            change: entry.change,
          },
      ),
    })),
  };
}
