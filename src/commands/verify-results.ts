import { cleanLine } from '../../agent/contract/clean-text.ts';
import { locateRun } from '../../host/archive/saved-runs.ts';
import { repairResult, type Verification, verifyRun } from '../../host/archive/verify.ts';
import { exitCodes, OrinError } from '../../host/errors.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import { print } from '../terminal/print.ts';

declare const __ORIN_REMOTE_VERSION__: string;

/** `orin-remote results verify <run>`: 0 when result.json holds what its journal gives, else 4. */
export async function verifyCommand(
  id: string,
  options: { readonly repair: boolean },
): Promise<number> {
  const { runId, directory, isPartial } = await locateRun(directoriesFrom(environment).runs, id);
  if (isPartial) throw notSavedYet(runId);
  const verified = await verifyRun(directory, __ORIN_REMOTE_VERSION__);
  for (const problem of verified.problems) {
    print(`journal line ${problem.line}: ${problem.kind}, ${problem.text}\n`);
  }
  print(`${runId}: ${sentenceOf(verified)}\n`);
  if (verified.missing.length > 0) print(`${runId}: ${missingSentence(verified.missing)}\n`);
  if (verified.samples !== 'same') print(`${runId}: ${samplesSentence(verified.samples)}\n`);
  const isWhole = verified.problems.length === 0;
  const isKept = verified.state === 'same' || verified.state === 'older';
  // Another version may have written the same iterations differently, but it wrote them.
  const isOther = verified.samples === 'different' && verified.state === 'older';
  const areSamplesKept = verified.samples === 'same' || isOther;
  if (options.repair && (verified.state !== 'same' || verified.samples !== 'same')) {
    await repairResult(directory);
    print(`${runId}: result.json and samples.parquet are written anew from its journal\n`);
    return isWhole ? exitCodes.ok : exitCodes.boardFailed;
  }
  return isWhole && isKept && areSamplesKept ? exitCodes.ok : exitCodes.boardFailed;
}

/** No more are named: one that lacks so many is not mended by hand. */
const MAX_NAMED = 12;

function missingSentence(missing: readonly string[]): string {
  const named = missing.slice(0, MAX_NAMED).join(', ');
  const more = missing.length > MAX_NAMED ? ` and ${missing.length - MAX_NAMED} more` : '';
  return `result.json lacks ${named}${more}`;
}

function samplesSentence(samples: 'missing' | 'different'): string {
  return samples === 'missing'
    ? 'samples.parquet is not there; its journal gives it: results verify --repair'
    : 'samples.parquet does not hold what its journal gives: results verify --repair writes it anew';
}

function sentenceOf({ state, firstDifference, savedBy }: Verification): string {
  switch (state) {
    case 'same':
      return 'result.json is what its journal gives, to the byte';
    case 'older':
      return `result.json was saved by another version${savedBy === null ? '' : ` (its plan is of ${savedBy})`}; all that it holds is what its journal gives`;
    case 'unreadable':
      return 'result.json is not there or is no result; its journal gives one: results verify --repair';
    case 'different': {
      const { line, saved, computed } = firstDifference ?? { line: 0, saved: '', computed: '' };
      return `result.json differs from what its journal gives at line ${line}: ${cleanLine(saved, 120)} there, ${cleanLine(computed, 120)} by the journal`;
    }
    default:
      return state satisfies never;
  }
}

function notSavedYet(runId: string): OrinError {
  return new OrinError({
    code: 'results-unreadable',
    what: `${runId} is not saved to its end yet`,
    why: 'it has no result.json that could be verified',
    next: 'orin-remote attach HOST collects it',
  });
}
