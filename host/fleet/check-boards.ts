import { adviceFor } from '../board/advice.ts';
import type { BoardFacts } from '../board/facts.ts';
import { boardProblems } from '../board/requirements.ts';
import type { Link } from '../link/link.ts';
import { type BoardFailure, failureOf } from './board-failure.ts';
import { unmetExpectations } from './expectations.ts';
import type { FleetBoard } from './fleet-board.ts';
import { visitBoards } from './visit-boards.ts';

/** What one look at a board found. */
export interface BoardCheck {
  readonly name: string;
  /** Null when it could not be looked at. */
  readonly facts: BoardFacts | null;
  readonly roundTripMs: number | null;
  /** Why no benchmark can run there; null when one can. */
  readonly failure: BoardFailure | null;
  /** What it is not that it should be, by the fleet file. */
  readonly unmet: readonly string[];
  /** What would make it better. */
  readonly advice: readonly string[];
}

/**
 * Looks at all boards, some at a time. Gives one check for each, in order; never throws for a
 * board.
 */
export async function checkBoards(
  boards: readonly FleetBoard[],
  connect: (board: FleetBoard) => Promise<Link>,
  signal: AbortSignal,
): Promise<readonly BoardCheck[]> {
  const visits = await visitBoards(boards, connect, signal, async (board, link, { facts }) => {
    const [problem] = boardProblems(board.name, facts);
    return {
      name: board.name,
      facts,
      roundTripMs: link.roundTripMs,
      failure: problem === undefined ? null : failureOf(problem, true),
      unmet: unmetExpectations(board.expect, facts),
      advice: adviceFor(facts).map(({ finding }) => finding),
    };
  });
  return visits.map(({ name, value, failure }) => {
    return value ?? { name, facts: null, roundTripMs: null, failure, unmet: [], advice: [] };
  });
}
