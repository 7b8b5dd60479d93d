import type { ReactNode } from 'react';
import type { Place } from './keys.ts';
import type { Size } from './layout.ts';
import type { Press } from './press.ts';
import type { Theme } from './theme.ts';

/** What a view is drawn with. */
export interface Canvas {
  readonly size: Size;
  readonly theme: Theme;
  readonly nowMs: number;
}

/** One of the screens: what it shows and what its keys do. Its state lives outside of React. */
export interface View {
  /** Where its keys are looked up. */
  place(): Place;
  render(canvas: Canvas): ReactNode;
  press(press: Press): void;
  /** True while letters are text for a field: no letter is a command then. */
  isTyping(): boolean;
}
