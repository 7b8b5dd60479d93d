import { type Glyphs, glyphsFor } from './glyphs.ts';
import type { Terminal } from './terminal.ts';

type Style = (text: string) => string;

/**
 * Colours by what they mean, from the 16 that every terminal theme defines; without colour all of
 * them are plain. No red against green: done is blue, running cyan, notes yellow, failures bold red
 * with their mark.
 */
export interface Theme {
  readonly isUnicode: boolean;
  readonly glyphs: Glyphs;
  readonly title: Style;
  readonly dim: Style;
  readonly done: Style;
  readonly running: Style;
  readonly note: Style;
  readonly failed: Style;
  /** Reverse video, where the pointer is. */
  readonly selected: Style;
}

export function themeFor({ colour, isUnicode }: Pick<Terminal, 'colour' | 'isUnicode'>): Theme {
  return {
    isUnicode,
    glyphs: glyphsFor(isUnicode),
    title: (text) => colour.bold(text),
    dim: (text) => colour.dim(text),
    done: (text) => colour.blue(text),
    running: (text) => colour.cyan(text),
    note: (text) => colour.yellow(text),
    failed: (text) => colour.bold.red(text),
    selected: (text) => colour.inverse(text),
  };
}
