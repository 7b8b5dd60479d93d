import type { OptionValues } from 'commander';
import { exitCodes } from '../../host/errors.ts';
import { attach, cancelRun } from '../../host/run/attach.ts';
import { watchRun } from './watch-run.ts';

/** `orin-remote attach <host> [run]`: gives the exit code that `bench` would have given. */
export async function attachCommand(
  host: string,
  runId: string | null,
  options: OptionValues,
): Promise<number> {
  return await watchRun(host, options, ({ follow }) =>
    attach({ ...follow, runId, isCancelling: false }),
  );
}

/** `orin-remote cancel <host> [run]`: 0 once the run was stopped and, unless told otherwise, collected. */
export async function cancelCommand(
  host: string,
  runId: string | null,
  options: OptionValues,
): Promise<number> {
  let isCollected = false;
  const code = await watchRun(host, options, async ({ follow }) => {
    if (options.collect === false) {
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
