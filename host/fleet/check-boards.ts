import PQueue from 'p-queue';
import { adviceFor } from '../board/advice.ts';
import type { BoardFacts } from '../board/facts.ts';
import { probeBoard } from '../board/probe.ts';
import { boardProblems } from '../board/requirements.ts';
import type { Link } from '../link/link.ts';
import { type BoardFailure, failureOf } from './board-failure.ts';
import { unmetExpectations } from './expectations.ts';
import type { FleetBoard } from './fleet-board.ts';
import { MAX_CONNECTS } from './fleet-lanes.ts';

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

/** Looks at all boards, some at a time. Gives one check for each, in order; never throws for a board. */
export async function checkBoards(
  boards: readonly FleetBoard[],
  connect: (board: FleetBoard) => Promise<Link>,
  signal: AbortSignal,
  onChecked: (check: BoardCheck) => void = () => {},
): Promise<readonly BoardCheck[]> {
  const queue = new PQueue({ concurrency: MAX_CONNECTS });
  return await queue.addAll(
    boards.map((board) => async () => {
      signal.throwIfAborted();
      const check = await checkBoard(board, connect, signal);
      onChecked(check);
      return check;
    }),
  );
}

async function checkBoard(
  board: FleetBoard,
  connect: (board: FleetBoard) => Promise<Link>,
  signal: AbortSignal,
): Promise<BoardCheck> {
  const { name, expect } = board;
  let link: Link | null = null;
  try {
    link = await connect(board);
    const { facts } = await probeBoard(link, { signal });
    const [problem] = boardProblems(name, facts);
    return {
      name,
      facts,
      roundTripMs: link.roundTripMs,
      failure: problem === undefined ? null : failureOf(problem, true),
      unmet: unmetExpectations(expect, facts),
      advice: adviceFor(facts).map(({ finding }) => finding),
    };
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureOf(error, link !== null);
    return { name, facts: null, roundTripMs: null, failure, unmet: [], advice: [] };
  } finally {
    await link?.end();
  }
}
