import { oneRow } from './print.ts';
import type { Terminal } from './terminal.ts';
import { clip } from './text.ts';
import { type Theme, themeFor } from './theme.ts';

const MIN_REDRAW_MS = 100;
const CLEAR_LINE_TO_END = '\u001b[0K';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

/**
 * A few lines at the bottom of a terminal that are redrawn in place, at most ten times a second,
 * cut to the terminal's width so that a line is always one row. Closing removes them and gives the
 * cursor back. Lines are cleared one by one: tmux and others move a screen that is cleared from its
 * top into the scrollback, every time.
 */
export class LiveRegion {
  readonly #terminal: Terminal;
  readonly #theme: Theme;
  readonly #draw: () => readonly string[];
  #rows = 0;
  #lastMs = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #onExit = () => this.close();

  constructor(terminal: Terminal, draw: () => readonly string[]) {
    this.#terminal = terminal;
    this.#theme = themeFor(terminal);
    this.#draw = draw;
    process.on('exit', this.#onExit);
    this.#terminal.stream.write(HIDE_CURSOR);
  }

  /** Asks for a redraw; several requests within a tenth of a second become one. */
  refresh(): void {
    if (this.#timer) return;
    const waitMs = Math.max(0, MIN_REDRAW_MS - (Date.now() - this.#lastMs));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#paint();
    }, waitMs);
  }

  /** Prints lines above the region, where they stay. */
  printAbove(text: string): void {
    this.#replace(text.split('\n'));
    this.#rows = 0;
    this.#paint();
  }

  /** Removes the region; what was printed above stays. Safe to call twice. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    process.off('exit', this.#onExit);
    this.#replace([]);
    this.#terminal.stream.write(SHOW_CURSOR);
  }

  #paint(): void {
    this.#lastMs = Date.now();
    const columns = this.#terminal.columns();
    const lines = this.#draw().map((line) => clip(line, columns, this.#theme));
    this.#replace(lines);
  }

  /** Writes lines over the region, which is as tall as they are from then on. */
  #replace(lines: readonly string[]): void {
    const left = Math.max(0, this.#rows - lines.length);
    const line = (text: string) => `${oneRow(text)}${CLEAR_LINE_TO_END}\n`;
    this.#terminal.stream.write(
      `${up(this.#rows)}${lines.map(line).join('')}${line('').repeat(left)}${up(left)}`,
    );
    this.#rows = lines.length;
  }
}

function up(rows: number): string {
  return rows > 0 ? `\u001b[${rows}A\r` : '';
}
