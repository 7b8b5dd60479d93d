import { availableParallelism } from 'node:os';
import { runDepths } from '../../host/journal/run-depth.ts';
import { settingsWith } from '../options/bench-table.ts';
import { connectionWith } from '../options/connection-options.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import { printResult } from '../report/print-result.ts';
import { type TerminalOptions, terminalOf } from '../terminal/terminal.ts';
import { recentPath } from '../tui/home/recent.ts';
import { attachBoard } from './attach.ts';
import { measureBoard } from './bench.ts';
import { checkBoard } from './check-board.ts';

declare const __ORIN_REMOTE_VERSION__: string;

/** `orin-remote` with no verb: gives the exit code; null where no screen can be opened. */
export async function homeCommand(options: TerminalOptions): Promise<number | null> {
  const terminal = terminalOf(process.stderr, environment, options);
  if (!terminal.isInteractive) return null;
  const directories = directoriesFrom(environment);
  const { openSession } = await import('../tui/home/session.ts');
  const end = await openSession({
    terminal,
    places: {
      recent: recentPath(environment),
      fleetFile: directories.fleetFile,
      runs: directories.runs,
      here: process.cwd(),
    },
    version: __ORIN_REMOTE_VERSION__,
    ownCpus: availableParallelism(),
    measure: ({ host, way, settings }, surroundings) =>
      measureBoard(host, settingsWith(settings), connectionWith(way), {
        ...surroundings,
        depth: runDepths.view,
      }),
    attach: ({ host, way }, runId, surroundings) =>
      attachBoard(host, runId, connectionWith(way), { ...surroundings, depth: runDepths.view }),
    check: ({ host, way }, signal) => checkBoard(host, way, signal),
  });
  if (end.outcome !== null) {
    const stdout = terminalOf(process.stdout, environment, options);
    await printResult(end.outcome, { host: end.board }, 'table', stdout);
  }
  return end.exitCode;
}
