import { join } from 'node:path';
import { OrinError } from '../errors.ts';
import { includesIn } from '../reach/config/compute-settings.ts';
import { homeDirectory } from '../reach/config/expand-tokens.ts';
import { parseTargetName } from '../reach/config/target-name.ts';
import { isThere } from '../workstation/is-there.ts';
import { readInventory } from './ansible-file.ts';
import { readListFile } from './file-error.ts';
import { plainBoard, requireUniqueNames } from './fleet-board.ts';
import { type BoardList, type PlanReader, readFleetFile } from './fleet-file.ts';
import { expandRange } from './host-range.ts';
import { isSelectionOnly, selectBoards } from './select-boards.ts';
import { sshConfigHosts } from './ssh-config-hosts.ts';

/** Which boards are meant: words of the command line, and the list that they select from. */
export interface BoardQuery {
  /** Hosts and ranges; with a list, names, patterns and tags of it. */
  readonly terms: readonly string[];
  readonly fleetFile: string | null;
  readonly inventory: string | null;
  /** An ssh_config whose hosts are the list. */
  readonly sshConfig: string | null;
  /**
   * The fleet file that is used, where there is one, when the terms need a list and none was named.
   */
  readonly defaultFleetFile: string;
  readonly readPlan: PlanReader;
}

/**
 * The boards that a command is for. With a list (fleet file, inventory, ssh_config) the terms
 * select from it; without one they are the hosts.
 * @throws OrinError `usage`, `config`
 */
export async function findBoards(query: BoardQuery): Promise<BoardList> {
  const list = await listOf(query);
  if (list === null) return { name: null, boards: requireUniqueNames(hostsOf(query.terms)) };
  return { ...list, boards: selectBoards(requireUniqueNames(list.boards), query.terms) };
}

async function listOf(query: BoardQuery): Promise<BoardList | null> {
  const { fleetFile, inventory, sshConfig, defaultFleetFile, terms } = query;
  const named = [fleetFile, inventory, sshConfig].filter((path) => path !== null);
  if (named.length > 1) {
    throw new OrinError({
      code: 'usage',
      what: `boards can come from one list only, not from ${named.join(' and ')}`,
      next: 'give one of --fleet, --inventory and --ssh-hosts',
    });
  }
  if (fleetFile !== null) return await readFleetFile(fleetFile, query.readPlan);
  if (inventory !== null) return await readInventory(inventory);
  if (sshConfig !== null) {
    // Relative includes of a user's file are below ~/.ssh, wherever the file is: ssh_config(5).
    const text = await includesIn(await readListFile(sshConfig), join(homeDirectory(), '.ssh'));
    return { name: null, boards: sshConfigHosts(text) };
  }
  if (terms.length > 0 && !terms.some(isSelectionOnly)) return null;
  if (await isThere(defaultFleetFile)) return await readFleetFile(defaultFleetFile, query.readPlan);
  throw new OrinError({
    code: 'usage',
    what: terms.length === 0 ? 'no boards were named' : `${terms.join(' ')}: from which list?`,
    why: `there is no fleet file at ${defaultFleetFile}`,
    next: 'name hosts (orin-[01-04].local), or give --fleet FILE, --inventory FILE or --ssh-hosts',
  });
}

function hostsOf(terms: readonly string[]) {
  const hosts = terms.flatMap(expandRange);
  for (const host of hosts) parseTargetName(host);
  return hosts.map((host) => plainBoard(host));
}
