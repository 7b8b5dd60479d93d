import type { FleetBoard } from '../../../host/fleet/fleet-board.ts';
import type { GivenConnection } from '../../../host/reach/connection-settings.ts';
import type { BoardKnown, Choice } from './home-state.ts';
import type { RecentBoard } from './recent.ts';

const neverSeen: Pick<BoardKnown, 'cpus' | 'seenUtc' | 'runs'> = {
  cpus: null,
  seenUtc: null,
  runs: [],
};

/**
 * Boards to choose from: what was used last comes first, then this machine, the fleet file,
 * ssh_config.
 */
export function boardChoices(
  recent: readonly RecentBoard[],
  fleet: readonly FleetBoard[],
  hosts: readonly string[],
): Choice[] {
  const seen = recent.map((board) => {
    const { name, about, way, cpus, seenUtc, runs } = board;
    return choiceOf(name, about, { host: name, way, cpus, seenUtc, runs });
  });
  const demo = choiceOf('demo', 'this machine, behind an SSH server inside the program', {
    host: 'demo',
    way: {},
    ...neverSeen,
  });
  const listed = fleet.map((board) => {
    const tags = board.tags.length > 0 ? `: ${board.tags.join(', ')}` : '';
    const known = { host: board.host, way: wayTo(board), ...neverSeen };
    return choiceOf(board.name, `fleet.yaml${tags}`, known);
  });
  const configured = hosts.map((name) =>
    choiceOf(name, '~/.ssh/config', { host: name, way: {}, ...neverSeen }),
  );
  return withoutTwins([...seen, demo, ...listed, ...configured]);
}

function choiceOf(name: string, about: string, board: BoardKnown): Choice {
  return { name, about, board };
}

/** What a fleet file says of the way to a board. */
function wayTo({ user, port, key, jump }: FleetBoard): GivenConnection {
  return {
    ...(user !== null && { login: user }),
    ...(port !== null && { port }),
    ...(key !== null && { identity: key }),
    ...(jump !== null && { ssh_options: [`ProxyJump=${jump}`] }),
  };
}

/**
 * One line for each board: what was seen of it, under the name and with the way that a fleet file
 * gives.
 */
function withoutTwins(choices: readonly Choice[]): Choice[] {
  const byHost = new Map<string, Choice>();
  for (const choice of choices) {
    const host = choice.board?.host ?? choice.name;
    const before = byHost.get(host);
    if (before?.board === undefined) byHost.set(host, choice);
    else if (choice.about.startsWith('fleet.yaml')) {
      const way = choice.board?.way ?? before.board.way;
      byHost.set(host, { ...before, name: choice.name, board: { ...before.board, way } });
    }
  }
  return [...byHost.values()];
}
