import { Chalk } from 'chalk';
import { renderToString } from 'ink';
import type { ReactNode } from 'react';
import stringWidth from 'string-width';
import { expect } from 'vitest';
import type { Terminal } from '../../src/terminal/terminal.ts';
import { themeFor } from '../../src/terminal/theme.ts';
import type { Size } from '../../src/tui/frame/layout.ts';
import { type Canvas, type FinishedFrame, isFinished } from '../../src/tui/frame/view.ts';
import { BEGAN_MS } from './live-run.ts';

/** From one character to the largest terminals that people have. */
export const sizes: readonly Size[] = [
  { columns: 1, rows: 1 },
  { columns: 20, rows: 5 },
  { columns: 40, rows: 8 },
  { columns: 40, rows: 10 },
  { columns: 60, rows: 14 },
  { columns: 79, rows: 21 },
  { columns: 80, rows: 24 },
  { columns: 99, rows: 27 },
  { columns: 100, rows: 30 },
  { columns: 160, rows: 44 },
  { columns: 200, rows: 50 },
];

export interface Look {
  readonly isUnicode?: boolean;
  readonly hasColour?: boolean;
}

export function terminalLike({ isUnicode = true, hasColour = false }: Look = {}): Terminal {
  return {
    stream: process.stderr,
    isInteractive: true,
    isUnicode,
    colour: new Chalk({ level: hasColour ? 1 : 0 }),
    columns: () => 80,
  };
}

export function canvasOf(size: Size, look: Look = {}): Canvas {
  return { size, theme: themeFor(terminalLike(look)), nowMs: BEGAN_MS + 134_000 };
}

/** The frame as text; fails where it is wider or taller than its terminal. */
export function frameOf(drawn: ReactNode | FinishedFrame, { columns, rows }: Size): string {
  // Ink trims blanks at the end of a line.
  const frame = isFinished(drawn)
    ? drawn.lines.map((line) => line.trimEnd()).join('\n')
    : renderToString(drawn, { columns });
  const lines = frame.split('\n');
  expect(frame, 'a tab is as wide as a terminal likes').not.toContain('\t');
  expect(lines.length, `height at ${columns}x${rows}`).toBeLessThanOrEqual(rows);
  const widest = Math.max(...lines.map((line) => stringWidth(line)));
  expect(widest, `width at ${columns}x${rows}\n${frame}`).toBeLessThanOrEqual(columns);
  return frame;
}
