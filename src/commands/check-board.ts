import { probeBoard } from '../../host/board/probe.ts';
import type { GivenConnection } from '../../host/reach/connection-settings.ts';
import { silentPrompter } from '../../host/reach/trust/prompter.ts';
import { listBoardRuns } from '../../host/run/board-runs.ts';
import { connectionWith, wayOf } from '../options/connection-options.ts';
import { environment } from '../options/environment.ts';
import { type RecentBoard, recentPath, rememberBoard } from '../tui/home/recent.ts';
import { accessTo } from './connection.ts';
import { aboutBoard } from './remember-board.ts';

/**
 * Looks at a board once, asking the person nothing, and remembers what is there: what it is, and
 * which runs it holds.
 * @throws OrinError as connecting and probing do.
 */
export async function checkBoard(
  host: string,
  options: GivenConnection,
  signal: AbortSignal,
): Promise<void> {
  const silent = { prompter: silentPrompter, note: () => undefined };
  const access = await accessTo(host, connectionWith({ ...options, batch_mode: true }), silent);
  try {
    const link = await access.connect(signal);
    try {
      const probe = await probeBoard(link, { signal });
      const runs = await listBoardRuns(link, probe, signal);
      const board: RecentBoard = {
        name: host,
        about: '',
        cpus: null,
        ...aboutBoard(probe.facts),
        seenUtc: new Date().toISOString(),
        way: wayOf(options),
        runs: runs.map(({ runId, state }) => ({ runId, isRunning: state === 'running' })),
      };
      await rememberBoard(recentPath(environment), host, () => board);
    } finally {
      await link.end();
    }
  } finally {
    await access.close();
  }
}
