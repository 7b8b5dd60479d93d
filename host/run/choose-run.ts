import { OrinError } from '../errors.ts';
import type { BoardRunWithPlan } from './board-runs.ts';

/**
 * The run that is meant: by its id or an unambiguous beginning of it, else the one that is running,
 * else the only one. Null when an id was given and none on the board has it.
 * @throws OrinError `run-unknown` when there is none, or more than one could be meant: they are
 *   listed.
 */
export function chooseRun(
  board: string,
  runs: readonly BoardRunWithPlan[],
  wanted: string | null,
): BoardRunWithPlan | null {
  if (wanted !== null) {
    const matches = runs.filter(({ runId }) => runId.startsWith(wanted));
    const exact = matches.find(({ runId }) => runId === wanted);
    if (exact || matches.length <= 1) return exact ?? matches[0] ?? null;
    throw several(board, `${matches.length} runs on ${board} begin with ${wanted}`, matches);
  }
  const running = runs.filter(({ state }) => state === 'running');
  const [only, ...others] = running.length > 0 ? running : runs;
  if (only === undefined) {
    throw new OrinError({
      code: 'run-unknown',
      what: `no run on ${board}`,
      why: 'none is under way, and all that were measured have been collected',
      next: 'orin-remote results',
      board,
    });
  }
  if (others.length > 0) throw several(board, `${runs.length} runs are on ${board}`, runs);
  return only;
}

function several(board: string, what: string, runs: readonly BoardRunWithPlan[]): OrinError {
  return new OrinError({
    code: 'run-unknown',
    what,
    why: runs.map(({ runId, state }) => `${runId} (${state})`).join(', '),
    next: 'say which one',
    board,
  });
}
