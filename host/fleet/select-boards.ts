import { cleanLine } from '../../agent/contract/clean-text.ts';
import { OrinError } from '../errors.ts';
import { matchesPattern } from '../reach/config/patterns.ts';
import type { FleetBoard } from './fleet-board.ts';
import { expandRange } from './host-range.ts';

/**
 * Whether a word of the command line can only mean boards of a list, and never a host by itself.
 */
export function isSelectionOnly(term: string): boolean {
  return /^(?:!|tag:)/u.test(term) || /[*?]/u.test(term);
}

/**
 * The boards that the terms mean, in the fleet's order: `tag:lab` by tag or group, `orin-[01-04]`
 * by name, `orin-*` by pattern; `!` before a term leaves its boards out. Without a positive term
 * all are meant.
 * @throws OrinError `usage` for a term that no board fits, or when none is left.
 */
export function selectBoards(
  boards: readonly FleetBoard[],
  terms: readonly string[],
): readonly FleetBoard[] {
  const wanted = new Set<FleetBoard>();
  const unwanted = new Set<FleetBoard>();
  let isAll = true;
  for (const term of terms) {
    const isNegative = term.startsWith('!');
    if (!isNegative) isAll = false;
    for (const board of matching(boards, isNegative ? term.slice(1) : term)) {
      (isNegative ? unwanted : wanted).add(board);
    }
  }
  const chosen = boards.filter((board) => (isAll || wanted.has(board)) && !unwanted.has(board));
  if (chosen.length > 0) return chosen;
  throw new OrinError({
    code: 'usage',
    what: 'no board is left',
    why: `of ${boards.length}, ${terms.map((term) => cleanLine(term, 60)).join(' ')} leaves none`,
    next: 'select others',
  });
}

function matching(boards: readonly FleetBoard[], term: string): readonly FleetBoard[] {
  const tag = /^tag:(.+)$/u.exec(term)?.[1];
  const found =
    tag === undefined
      ? namedBoards(boards, expandRange(term))
      : boards.filter((board) => board.tags.includes(tag));
  if (found.length > 0) return found;
  const tags = [...new Set(boards.flatMap((board) => board.tags))];
  throw new OrinError({
    code: 'usage',
    what: `no board fits ${cleanLine(term, 60)}`,
    why:
      tag === undefined
        ? `boards are ${shortList(boards.map(({ name }) => name))}`
        : `tags are ${shortList(tags)}`,
    next: 'select by name, pattern (orin-*) or tag:NAME',
  });
}

function namedBoards(
  boards: readonly FleetBoard[],
  names: readonly string[],
): readonly FleetBoard[] {
  return boards.filter((board) =>
    names.some((name) => matchesPattern(board.name, name) || board.host === name),
  );
}

function shortList(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, 8).map((name) => cleanLine(name, 60));
  return names.length > shown.length
    ? `${shown.join(', ')} and ${names.length - shown.length} more`
    : shown.join(', ');
}
