import { exitCodes } from '../../host/errors.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import { attach, cancelRun } from '../../host/run/attach.ts';
import { resume } from '../../host/run/resume.ts';
import type { RunOutcome } from '../../host/run/run-outcome.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import { type RunSurroundings, type WatchOptions, watchRun, withAccess } from './watch-run.ts';

/**
 * `orin-remote attach <host> [run] [--resume]`: gives the exit code that `bench` would have given.
 */
export async function attachCommand(
  host: string,
  runId: string | null,
  options: WatchOptions & { readonly resume: boolean; readonly offline: boolean },
): Promise<number> {
  const directories = directoriesFrom(environment);
  return await watchRun(host, options, ({ follow }) =>
    options.resume
      ? resume({ ...follow, runId, isOffline: options.offline, directories })
      : attach({ ...follow, runId, isCancelling: false }),
  );
}

/** Follows a run for whoever shows it, answers its questions and decides when it ends. */
export async function attachBoard(
  host: string,
  runId: string,
  options: ConnectionSettings,
  surroundings: RunSurroundings,
): Promise<RunOutcome | null> {
  return await withAccess(host, options, surroundings, ({ follow }) =>
    attach({ ...follow, runId, isCancelling: false }),
  );
}

/**
 * `orin-remote cancel <host> [run]`: 0 once the run was stopped and, unless told otherwise,
 * collected.
 */
export async function cancelCommand(
  host: string,
  runId: string | null,
  options: WatchOptions & { readonly collect: boolean },
): Promise<number> {
  let isCollected = false;
  const code = await watchRun(host, options, async ({ follow }) => {
    if (!options.collect) {
      await cancelRun({ ...follow, runId });
      return null;
    }
    const outcome = await attach({ ...follow, runId, isCancelling: true });
    isCollected = outcome.kind === 'saved';
    return outcome;
  });
  // A run that was stopped has few numbers: that is what was asked for.
  return isCollected && code === exitCodes.boardFailed ? exitCodes.ok : code;
}
