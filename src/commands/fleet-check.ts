import { exitCodes } from '../../host/errors.ts';
import { checkBoards } from '../../host/fleet/check-boards.ts';
import { findBoards } from '../../host/fleet/find-boards.ts';
import type { ConnectionSettings } from '../../host/reach/connection-settings.ts';
import { directoriesFrom } from '../options/directories.ts';
import { environment } from '../options/environment.ts';
import type { BoardListSettings } from '../options/fleet-options.ts';
import { boardQueryFrom } from '../options/fleet-values.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import { describeChecks } from '../report/fleet-check-table.ts';
import { jsonText, print } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';
import { withFleetLinks } from './with-fleet-links.ts';

/** `orin-remote fleet check [hosts…]`: 0 when a benchmark can run on all, 3 on some, 4 on none. */
export async function fleetCheckCommand(
  terms: readonly string[],
  options: BoardListSettings & ConnectionSettings & { readonly json: boolean } & DisplaySettings,
): Promise<number> {
  const directories = directoriesFrom(environment);
  const { boards } = await findBoards(boardQueryFrom(terms, options, directories));
  return await withFleetLinks(options, async (connect, signal) => {
    const checks = await checkBoards(boards, connect, signal);
    const text = options.json
      ? jsonText(checks)
      : describeChecks(checks, terminalOf(process.stdout, environment, options));
    print(text);
    const good = checks.filter(({ failure }) => failure === null).length;
    if (good === checks.length) return exitCodes.ok;
    return good > 0 ? exitCodes.someBoardsFailed : exitCodes.boardFailed;
  });
}
