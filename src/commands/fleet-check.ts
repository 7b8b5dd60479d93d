import type { OptionValues } from 'commander';
import { exitCodes } from '../../host/errors.ts';
import { checkBoards } from '../../host/fleet/check-boards.ts';
import { findBoards } from '../../host/fleet/find-boards.ts';
import { directoriesFrom } from '../config/directories.ts';
import { environment } from '../config/environment.ts';
import { boardQueryFrom } from '../config/fleet-values.ts';
import { describeChecks } from '../output/fleet-check-table.ts';
import { noProgress } from '../output/progress.ts';
import { terminalOf } from '../output/terminal.ts';
import { fleetPrompter } from '../prompt/fleet-prompter.ts';
import { terminalPrompter } from '../prompt/terminal-prompter.ts';
import { fleetConnections } from './fleet-connections.ts';
import { interruptible } from './interruption.ts';

/** `orin-remote fleet check [hosts…]`: 0 when a benchmark can run on all, 3 on some, 4 on none. */
export async function fleetCheckCommand(
  terms: readonly string[],
  options: OptionValues,
): Promise<number> {
  const directories = directoriesFrom(environment);
  const { boards } = await findBoards(boardQueryFrom(terms, options, directories));
  const interruption = interruptible(() => process.stderr.write('stopping\n'));
  const person = terminalPrompter(options.batchMode === true, noProgress);
  const connections = fleetConnections(options, fleetPrompter(person));
  const { signal } = interruption;
  try {
    const checks = await checkBoards(
      boards,
      (board) =>
        connections.connect(board, signal, {
          note: (text) => process.stderr.write(`${board.name}  note        ${text}\n`),
          connecting: () => {},
        }),
      signal,
    );
    const text = options.json
      ? `${JSON.stringify(checks, null, 2)}\n`
      : describeChecks(checks, terminalOf(process.stdout, environment, options));
    process.stdout.write(text);
    const good = checks.filter(({ failure }) => failure === null).length;
    if (good === checks.length) return exitCodes.ok;
    return good > 0 ? exitCodes.someBoardsFailed : exitCodes.boardFailed;
  } finally {
    await connections.close();
    interruption.dispose();
  }
}
