import { clip, padEnd, widthOf } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { counted } from '../../words/quantities.ts';
import type { BoardKnown, Choice, HomeState } from './home-state.ts';

export interface ChoiceLineContext {
  readonly isAt: boolean;
  readonly isOpen: boolean;
  readonly nameColumns: number;
  readonly columns: number;
  readonly nowMs: number;
}

/**
 * One choice: its name, what it is; of a board at the right edge what is known of its runs, and
 * since when.
 */
export function choiceLine(
  { name, about, board }: Choice,
  { checking }: Pick<HomeState, 'checking'>,
  context: ChoiceLineContext,
  theme: Theme,
): string {
  const { isAt, isOpen, nameColumns, columns, nowMs } = context;
  const isChecked = board !== undefined && board.host === checking;
  const state = isChecked
    ? theme.running(`${theme.glyphs.pushing} looking`)
    : stateText(board, nowMs, columns, theme);
  const text = `${isAt ? theme.glyphs.pointer : ' '} ${padEnd(name, nameColumns, theme)}`;
  const head = ` ${isAt && isOpen ? theme.selected(text) : text} `;
  const room = columns - widthOf(head) - widthOf(state) - 3;
  const middle = room >= 8 ? padEnd(clip(about, room, theme), room, theme) : '';
  return `${head}${theme.dim(middle)}  ${state}`;
}

function stateText(
  board: BoardKnown | undefined,
  nowMs: number,
  columns: number,
  theme: Theme,
): string {
  if (board === undefined || board.seenUtc === null) return '';
  const { glyphs } = theme;
  const seen = theme.dim(agoText(nowMs - Date.parse(board.seenUtc)));
  const [first, ...others] = board.runs;
  if (first === undefined) return seen;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  const what = first.isRunning
    ? theme.running(`${glyphs.running} run on it${more}`)
    : theme.note(`${glyphs.pushing} run to collect${more}`);
  return columns >= 60 ? `${what}  ${seen}` : what;
}

/** `just now`, `3 min ago`, `2 h ago`, `5 days ago`. */
function agoText(ms: number): string {
  if (!Number.isFinite(ms)) return '';
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  return `${counted(Math.floor(hours / 24), 'day')} ago`;
}
