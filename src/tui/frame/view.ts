import type { ReactNode } from 'react';
import type { Theme } from '../../terminal/theme.ts';
import type { Place } from './keys.ts';
import type { Size } from './layout.ts';
import type { Press } from './press.ts';

/** What a view is drawn with. */
export interface Canvas {
  readonly size: Size;
  readonly theme: Theme;
  readonly nowMs: number;
}

/** A frame whose lines are finished: as many as the terminal has rows, none wider than it. */
export interface FinishedFrame {
  readonly lines: readonly string[];
}

export function isFinished(drawn: ReactNode | FinishedFrame): drawn is FinishedFrame {
  return typeof drawn === 'object' && drawn !== null && 'lines' in drawn;
}

/** One of the screens: what it shows and what its keys do. Its state lives outside of React. */
export interface View {
  /** Where its keys are looked up. */
  place(): Place;
  /**
   * What Ink is to lay out, or the finished lines. Ink rasterises every cell of every frame, some
   * tens of milliseconds of CPU on a large terminal: what is redrawn while a board is measured
   * comes finished.
   */
  render(canvas: Canvas): ReactNode | FinishedFrame;
  press(press: Press): void;
  /** True while letters are text for a field: no letter is a command then. */
  isTyping(): boolean;
}
