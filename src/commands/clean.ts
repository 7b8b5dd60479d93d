import { cleanBoard } from '../../host/board/clean.ts';
import type { Probe } from '../../host/board/probe.ts';
import { exitCodes, OrinError } from '../../host/errors.ts';
import { formatBytes } from '../../host/quantities/bytes.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import { requestCancel } from '../../host/run/cancel.ts';
import { print } from '../terminal/print.ts';
import { withBoard } from './with-board.ts';

/** `orin-remote clean <host>`: gives the exit code. */
export async function cleanCommand(
  host: string,
  options: ConnectionSettings & { readonly force: boolean },
): Promise<number> {
  return await withBoard(host, options, async ({ name, link, probe, signal }) => {
    if (!options.force) refuseUncollected(name, probe);
    else {
      for (const run of probe.runs.filter((candidate) => candidate.isAlive)) {
        await requestCancel(link, probe.facts.base.path, run.id);
      }
    }
    const report = await cleanBoard(link, probe, {
      evenWhileRunning: options.force,
      signal,
    });
    const left = report.areInterruptsMoved
      ? `irq is kept, because interrupts are still moved: orin-remote doctor ${name} on a terminal puts them back`
      : 'nothing of ours is left';
    print(`${name}: removed ${formatBytes(report.removedBytes)} in ${report.directory}; ${left}\n`);
    if (report.kept.length > 0) {
      const paths = report.kept.map((path) => `  ${report.directory}/${path}\n`).join('');
      print(`kept, because orin-remote did not make it:\n${paths}`);
    }
    return exitCodes.ok;
  });
}

/** What was measured and is nowhere else is not removed by the way. */
function refuseUncollected(board: string, { runs }: Probe): void {
  const uncollected = runs.filter((run) => !run.isAlive && run.journalBytes > 0);
  if (uncollected.length === 0) return;
  throw new OrinError({
    code: 'runs-uncollected',
    what: `cannot clean ${board}: runs on it are not collected yet`,
    why: uncollected.map(({ id }) => id).join(', '),
    next: `orin-remote attach ${board} RUN, or lose them: orin-remote clean ${board} --force`,
    board,
  });
}
