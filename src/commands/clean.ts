import type { OptionValues } from 'commander';
import { cleanBoard } from '../../host/board/clean.ts';
import { exitCodes } from '../../host/errors.ts';
import { formatBytes } from '../../host/push/bytes.ts';
import { requestCancel } from '../../host/run/cancel.ts';
import { withBoard } from './with-board.ts';

/** `orin-remote clean <host>`: gives the exit code. */
export async function cleanCommand(host: string, options: OptionValues): Promise<number> {
  return await withBoard(host, options, async ({ name, link, probe, signal }) => {
    if (options.force) {
      for (const run of probe.runs.filter((candidate) => candidate.isAlive)) {
        await requestCancel(link, probe.facts.base.path, run.id);
      }
    }
    const report = await cleanBoard(link, probe, {
      evenWhileRunning: options.force === true,
      signal,
    });
    process.stdout.write(
      `${name}: removed ${formatBytes(report.removedBytes)} in ${report.directory}; nothing of ours is left\n`,
    );
    return exitCodes.ok;
  });
}
