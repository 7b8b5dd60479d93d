import type { Result } from '../../host/analysis/result/result.ts';
import { againstBaselines } from '../../host/archive/against-baselines.ts';
import { compareRuns, type RunComparison } from '../../host/archive/compare-runs.ts';
import { openRun, type SavedRun } from '../../host/archive/saved-runs.ts';
import { exitCodes, OrinError } from '../../host/errors.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import { compareReport } from '../report/compare-report.ts';
import { jsonText, print } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { wrapText } from '../terminal/wrap-text.ts';

const COMPARISON = 'orin-remote/comparison@1';
/** Of one run whose models have different baselines. */
const COMPARISONS = 'orin-remote/comparisons@1';

/**
 * `orin-remote results compare <run> [run…]`: the first is the baseline; one alone is held against
 * the lasting one, each of its models against its own.
 */
export async function compareCommand(
  ids: readonly string[],
  options: { readonly json: boolean } & DisplaySettings,
): Promise<number> {
  const runsDirectory = directoriesFrom(environment).runs;
  const runs: SavedRun[] = [];
  for (const id of ids) runs.push(await openRun(runsDirectory, id));
  const [first, ...others] = runs;
  if (first === undefined) return exitCodes.usage;
  const comparisons =
    others.length > 0
      ? [compareRuns(first.result, others.map(resultOf))]
      : await againstBaselines(runsDirectory, first.result);
  if (comparisons.length === 0) throw nothingToCompare(first);
  if (options.json) {
    const [only, ...more] = comparisons.map(asJson);
    const json = more.length === 0 ? only : { schema: COMPARISONS, comparisons: [only, ...more] };
    print(jsonText(json));
    return exitCodes.ok;
  }
  const terminal = terminalOf(process.stdout, environment, options);
  const text = comparisons.map((each) => compareReport(each, terminal).join('\n')).join('\n\n');
  print(`${plainText(wrapText(text, terminal.columns()), terminal.isUnicode)}\n`);
  return exitCodes.ok;
}

function resultOf({ result }: SavedRun): Result {
  return result;
}

function nothingToCompare(only: SavedRun): OrinError {
  const isIt = (only.baselineOf?.length ?? 0) > 0;
  return new OrinError({
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
    schema: COMPARISON,
    runs: results.map(({ run_id }) => run_id),
    differences,
    cells: cells.map(({ label, model, modelName, entries }) => ({
      label,
      model,
      model_name: modelName,
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
