import { availableParallelism } from 'node:os';
import { runDepths } from '../../host/journal/run-depth.ts';
import { benchOptionsFrom } from '../options/bench-arguments.ts';
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
    measure: async (surroundings) => {
      const { host, benchOptions } = benchOptionsFrom(surroundings.argv.slice(1));
      return await measureBoard(host, benchOptions, { ...surroundings, depth: runDepths.view });
    },
    attach: async ({ host, args }, runId, surroundings) => {
      const { benchOptions } = benchOptionsFrom([host, ...args]);
      const shown = { ...surroundings, depth: runDepths.view };
      return await attachBoard(host, runId, benchOptions, shown);
    },
    check: async ({ host, args }, signal) =>
      await checkBoard(host, benchOptionsFrom([host, ...args]).benchOptions, signal),
  });
  if (end.outcome !== null) {
    const stdout = terminalOf(process.stdout, environment, options);
    await printResult(end.outcome, { host: end.board }, 'table', stdout);
  }
  return end.exitCode;
}
