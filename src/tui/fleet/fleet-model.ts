import type { BoardPhase, BoardState } from '../../../host/fleet/board-state.ts';
import { shareDone } from '../../report/progress/fleet-view.ts';
import { phaseWord } from './board-words.ts';
import type { WatchedBoard } from './watched-board.ts';

/** In which order boards stand. */
export const boardOrders = ['state', 'name', 'progress', 'fastest', 'slowest'] as const;
export type BoardOrder = (typeof boardOrders)[number];

/** A board gave no result and is not at it: measuring it again makes sense. */
export function canRetry({ phase }: BoardState): boolean {
  return phase === 'failed' || phase === 'unreachable' || phase === 'cancelled';
}

/** What needs somebody first, then what goes on, then what is over. */
const byUrgency: readonly BoardPhase[] = [
  'failed',
  'unreachable',
  'cancelled',
  'measuring',
  'saving',
  'pushing',
  'preparing',
  'connecting',
  'waiting',
  'queued',
  'left',
  'done',
];

const names = new Intl.Collator('en', { numeric: true });

/**
 * Boards in an order; those of which its figure is not known come last, whichever way it is turned.
 */
export function inOrder(
  boards: readonly WatchedBoard[],
  order: BoardOrder,
  isReversed: boolean,
  cell: string | null,
  nowMs: number,
): readonly WatchedBoard[] {
  const valued = boards.map((board) => ({ board, value: rankOf(board, order, cell, nowMs) }));
  const way = isReversed ? -1 : 1;
  return valued
    .sort((a, b) => {
      if (a.value === null || b.value === null) {
        return Number(a.value === null) - Number(b.value === null) || byName(a.board, b.board);
      }
      return way * (a.value - b.value) || (order === 'name' ? way : 1) * byName(a.board, b.board);
    })
    .map(({ board }) => board);
}

function byName(a: WatchedBoard, b: WatchedBoard): number {
  return names.compare(a.name, b.name);
}

function rankOf(
  board: WatchedBoard,
  order: BoardOrder,
  cell: string | null,
  nowMs: number,
): number | null {
  switch (order) {
    case 'name':
      return 0;
    case 'state':
      return byUrgency.indexOf(board.state.phase);
    case 'progress':
      return -shareDone(board.state);
    case 'fastest':
    case 'slowest': {
      const median_ns = cell === null ? undefined : board.headline(cell, nowMs)?.median_ns;
      return median_ns === undefined ? null : order === 'fastest' ? median_ns : -median_ns;
    }
    default:
      return order satisfies never;
  }
}

/**
 * Boards that have every word of the filter in their name, model or failure; `!word` leaves those
 * out, `tag:lab` and `state:failed` ask for a tag and for the beginning of a state.
 */
export function matching(boards: readonly WatchedBoard[], filter: string): readonly WatchedBoard[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!');
  return boards.filter((board) =>
    words.every((word) => (word.startsWith('!') ? !fits(board, word.slice(1)) : fits(board, word))),
  );
}

function fits({ name, tags, state }: WatchedBoard, word: string): boolean {
  if (word.startsWith('tag:')) {
    const wanted = word.slice('tag:'.length);
    return tags.some((tag) => tag.toLowerCase().startsWith(wanted));
  }
  if (word.startsWith('state:')) {
    return phaseWord(state.phase).startsWith(word.slice('state:'.length));
  }
  const texts = [name, state.model ?? '', phaseWord(state.phase), state.failure?.what ?? ''];
  return texts.some((text) => text.toLowerCase().includes(word));
}

/** Cells that any of the boards measures, in the order of their plans. */
export function cellsOf(boards: readonly WatchedBoard[]): readonly string[] {
  return [...new Set(boards.flatMap(({ cells }) => cells))];
}

const MIN_PEERS = 3;

/**
 * Medians of a cell over boards of one kind, by the board's model: what a board's distance is taken
 * from. Kinds with fewer than three boards that were measured are left out.
 */
export function kindMedians(
  boards: readonly WatchedBoard[],
  cell: string,
  nowMs: number,
): ReadonlyMap<string | null, number> {
  const kinds = new Map<string | null, number[]>();
  for (const board of boards) {
    const headline = board.headline(cell, nowMs);
    if (headline === null) continue;
    const kind = kinds.get(board.state.model) ?? [];
    kind.push(headline.median_ns);
    kinds.set(board.state.model, kind);
  }
  return new Map(
    [...kinds].flatMap(([kind, medians_ns]) => {
      if (medians_ns.length < MIN_PEERS) return [];
      const ascending = medians_ns.sort((a, b) => a - b);
      return [[kind, ascending[Math.floor(ascending.length / 2)] ?? 0] as const];
    }),
  );
}

/**
 * What many names have in common at their end, from a dot on: `.local`; it is left out where names
 * stand in columns.
 */
export function commonDomain(boards: readonly WatchedBoard[]): string {
  const [first] = boards;
  const domain = /\.[a-z][\w.-]*$/iu.exec(first?.name ?? '')?.[0] ?? '';
  const isCommon = boards.length > 1 && boards.every(({ name }) => name.endsWith(domain));
  return isCommon ? domain : '';
}
