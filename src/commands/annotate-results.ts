import { markBaseline, readBaselines, unmarkBaseline } from '../../host/archive/baselines.ts';
import { writeNote } from '../../host/archive/run-note.ts';
import { openRun, type SavedRun } from '../../host/archive/saved-runs.ts';
import { exitCodes, OrinError } from '../../host/errors.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import { print } from '../terminal/print.ts';

/**
 * `orin-remote results note <run> [text…]`: without a text the note is told, with an empty one it
 * is removed.
 */
export async function noteCommand(id: string, words: readonly string[]): Promise<number> {
  const run = await openWholeRun(id);
  if (words.length === 0) {
    print(run.note ? `${run.note}\n` : `${run.runId} has no note\n`);
    return exitCodes.ok;
  }
  const kept = await writeNote(run.directory, words.join(' '));
  print(kept === null ? `${run.runId}: note removed\n` : `${run.runId}: noted\n`);
  return exitCodes.ok;
}

/** `orin-remote results baseline [run] [--remove]`: without a run the baselines are listed. */
export async function baselineCommand(
  id: string | undefined,
  options: { readonly remove: boolean },
): Promise<number> {
  const { runs } = directoriesFrom(environment);
  if (id === undefined) {
    if (options.remove) {
      throw new OrinError({
        code: 'usage',
        what: 'no baseline to remove was named',
        next: 'orin-remote results baseline RUN --remove; without --remove the baselines are listed',
      });
    }
    const all = await readBaselines(runs);
    const lines = all.map(({ runId, modelName, board }) => `${runId}  ${modelName} on ${board}`);
    print(`${lines.length > 0 ? lines.join('\n') : 'no baseline is marked'}\n`);
    return exitCodes.ok;
  }
  if (options.remove) {
    // The run may be gone: then its whole id is enough.
    const isMarked = (await readBaselines(runs)).some(({ runId }) => runId === id);
    const runId = isMarked ? id : (await openRun(runs, id)).runId;
    const removed = await unmarkBaseline(runs, runId);
    const what = removed.map(({ modelName, board }) => `${modelName} on ${board}`).join(', ');
    print(
      removed.length > 0
        ? `${runId} is no longer the baseline of ${what}\n`
        : `${runId} was no baseline\n`,
    );
    return exitCodes.ok;
  }
  const { result, runId } = await openWholeRun(id);
  for (const { modelName, board } of await markBaseline(runs, result)) {
    print(`${runId} is the baseline of ${modelName} on ${board}\n`);
  }
  return exitCodes.ok;
}

/**
 * A run that is still coming in gets another directory when it is whole: what is marked on it now
 * would be lost.
 */
async function openWholeRun(id: string): Promise<SavedRun> {
  const run = await openRun(directoriesFrom(environment).runs, id);
  if (!run.isPartial) return run;
  throw new OrinError({
    code: 'usage',
    what: `${run.runId} is not collected to its end yet`,
    next: 'orin-remote attach HOST collects it',
  });
}
