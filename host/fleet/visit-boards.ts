import PQueue from 'p-queue';
import { type Probe, probeBoard } from '../board/probe.ts';
import type { Link } from '../link/link.ts';
import { type BoardFailure, failureOf } from './board-failure.ts';
import type { FleetBoard } from './fleet-board.ts';
import { MAX_CONNECTS } from './fleet-lanes.ts';

/** What came of a short piece of work on one board. */
export type BoardVisit<T> =
  | { readonly name: string; readonly value: T; readonly failure: null }
  | { readonly name: string; readonly value: null; readonly failure: BoardFailure };

/**
 * Connects to all boards, some at a time, probes each and does something short there. Gives one
 * outcome for each, in order; never throws for a board.
 * @throws the signal's reason.
 */
export async function visitBoards<T>(
  boards: readonly FleetBoard[],
  connect: (board: FleetBoard) => Promise<Link>,
  signal: AbortSignal,
  work: (board: FleetBoard, link: Link, probe: Probe) => Promise<T>,
): Promise<readonly BoardVisit<T>[]> {
  const queue = new PQueue({ concurrency: MAX_CONNECTS });
  return await queue.addAll(
    boards.map((board) => async (): Promise<BoardVisit<T>> => {
      signal.throwIfAborted();
      const { name } = board;
      let link: Link | null = null;
      try {
        link = await connect(board);
        const probe = await probeBoard(link, { signal });
        return { name, value: await work(board, link, probe), failure: null };
      } catch (error) {
        signal.throwIfAborted();
        return { name, value: null, failure: failureOf(error, link !== null) };
      } finally {
        await link?.end();
      }
    }),
  );
}
