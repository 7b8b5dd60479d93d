import { availableParallelism } from 'node:os';
import { Command, type OptionValues } from 'commander';
import { addBenchOptions, addConnectionOptions } from '../config/bench-options.ts';
import { directoriesFrom } from '../config/directories.ts';
import { environment } from '../config/environment.ts';
import { recentPath } from '../config/recent.ts';
import { printResult } from '../output/print-result.ts';
import { type TerminalOptions, terminalOf } from '../output/terminal.ts';
import { measureBoard } from './bench.ts';

declare const __ORIN_REMOTE_VERSION__: string;

/** `orin-remote` with no verb: gives the exit code; null where no screen can be opened. */
export async function homeCommand(options: TerminalOptions): Promise<number | null> {
  const terminal = terminalOf(process.stderr, environment, options);
  if (!terminal.isInteractive) return null;
  const { openSession } = await import('../tui/home/session.ts');
  const end = await openSession({
    terminal,
    places: {
      recent: recentPath(environment),
      runs: directoriesFrom(environment).runs,
      here: process.cwd(),
    },
    version: __ORIN_REMOTE_VERSION__,
    ownCpus: availableParallelism(),
    measure: async (surroundings) => {
      const { host, benchOptions } = benchOptionsFrom(surroundings.argv);
      return await measureBoard(host, benchOptions, surroundings);
    },
  });
  if (end.outcome !== null) {
    const stdout = terminalOf(process.stdout, environment, options);
    await printResult(end.outcome, end.board, 'table', stdout);
  }
  return end.exitCode;
}

/** The arguments as the command line reads them, with all its defaults. */
function benchOptionsFrom(argv: readonly string[]): { host: string; benchOptions: OptionValues } {
  const command = new Command('bench').argument('<host>').exitOverride();
  addBenchOptions(command);
  addConnectionOptions(command);
  command.parse([...argv.slice(1)], { from: 'user' });
  return { host: command.args[0] ?? '', benchOptions: command.opts() };
}
