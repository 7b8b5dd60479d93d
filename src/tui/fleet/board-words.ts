import type { BoardPhase, BoardState } from '../../../host/fleet/board-state.ts';
import { formatBytes } from '../../../host/quantities/bytes.ts';
import type { Theme } from '../../terminal/theme.ts';
import type { WatchedBoard } from './watched-board.ts';

type Look = 'done' | 'running' | 'failed' | 'dim';

interface PhaseLook {
  readonly glyph: 'done' | 'running' | 'waiting' | 'pushing' | 'failed' | 'unreachable' | 'dash';
  readonly look: Look;
  readonly word: string;
}

const phaseLooks: Readonly<Record<BoardPhase, PhaseLook>> = {
  queued: { glyph: 'waiting', look: 'dim', word: 'queued' },
  connecting: { glyph: 'pushing', look: 'dim', word: 'connecting' },
  preparing: { glyph: 'pushing', look: 'dim', word: 'preparing' },
  pushing: { glyph: 'pushing', look: 'running', word: 'pushing' },
  waiting: { glyph: 'waiting', look: 'dim', word: 'waiting' },
  measuring: { glyph: 'running', look: 'running', word: 'measuring' },
  saving: { glyph: 'pushing', look: 'running', word: 'saving' },
  done: { glyph: 'done', look: 'done', word: 'done' },
  left: { glyph: 'running', look: 'dim', word: 'left running' },
  cancelled: { glyph: 'dash', look: 'dim', word: 'cancelled' },
  failed: { glyph: 'failed', look: 'failed', word: 'failed' },
  unreachable: { glyph: 'unreachable', look: 'failed', word: 'unreachable' },
};

/** The phase in one word. */
export function phaseWord(phase: BoardPhase): string {
  return phaseLooks[phase].word;
}

/** The phase in nine letters. */
export function shortWord(phase: BoardPhase): string {
  if (phase === 'connecting' || phase === 'preparing') return phaseWord(phase).slice(0, 7);
  return phase === 'left' ? 'left' : phaseWord(phase);
}

/** Text in the colour of a phase; the mark or the word beside it says the same. */
export function inPhase(phase: BoardPhase, text: string, theme: Theme): string {
  return theme[phaseLooks[phase].look](text);
}

/** The mark of a phase, in its colour. */
export function phaseMark(phase: BoardPhase, theme: Theme): string {
  const { glyph } = phaseLooks[phase];
  if (glyph === 'unreachable') return theme.failed('?');
  if (glyph === 'dash') return theme.dim(theme.isUnicode ? '–' : '-');
  return inPhase(phase, theme.glyphs[glyph], theme);
}

/** What a board does now, in a few words: `pushing 46 %, 8.1 MB/s`, `resnet34 · 1 thread`. */
export function stepText(board: WatchedBoard, cellText: (key: string) => string): string {
  const { state } = board;
  if (state.failure !== null) return failureText(state);
  if (state.phase === 'pushing') {
    const rate = board.bytesPerSecond > 0 ? `, ${formatBytes(board.bytesPerSecond)}/s` : '';
    return `pushing ${percent(state.pushed ?? 0)} %${rate}`;
  }
  if (state.phase !== 'measuring') return phaseWord(state.phase);
  const { currentCell } = board;
  if (currentCell === null)
    return state.run?.process?.isEnded !== false ? 'measuring' : 'calibrating';
  return cellText(currentCell);
}

/** Why a board gave no result: what failed, then why. */
export function failureText({ phase, failure }: BoardState): string {
  if (failure === null) return phaseWord(phase);
  return failure.why === null || failure.why === ''
    ? failure.what
    : `${failure.what}: ${failure.why}`;
}

/** For a tile: the failure in one word or two. */
export function shortFailure({ phase, failure }: BoardState): string {
  if (phase === 'unreachable' || failure === null) return 'no answer';
  return failure.code.replaceAll('-', ' ');
}

export function percent(share: number): number {
  return Math.floor(Math.min(1, Math.max(0, share || 0)) * 100);
}
