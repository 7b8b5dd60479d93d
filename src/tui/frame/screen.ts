import { EventEmitter } from 'node:events';
import { oneRow } from '../../terminal/print.ts';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[2J\u001b[H';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const BEGIN_SYNCHRONIZED = '\u001b[?2026h';
const END_SYNCHRONIZED = '\u001b[?2026l';
const RESET_AND_CLEAR_LINE = '\u001b[0m\u001b[K';
const cursorVisibility: readonly string[] = ['\u001b[?25h', '\u001b[?25l'];

/** What a screen needs of a terminal; `process.stderr` is one. */
export interface ScreenTerminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/**
 * The alternate screen as a stream for whole frames: Ink in its debug mode writes each frame as one
 * text, and only lines that changed since the last one reach the terminal, within one synchronized
 * update. Ink 6's own writers erase everything or, incremental, paint wrong pictures, and clear the
 * scrollback when a frame is as tall as the terminal. A frame taller than the terminal is cut.
 */
export class Screen extends EventEmitter {
  readonly isTTY = true;
  readonly #terminal: ScreenTerminal;
  #shown: readonly string[] = [];
  #frame: readonly string[] = [];
  #isOpen = false;
  readonly #onResize = () => {
    this.#shown = [];
    // What the terminal made of the old lines is unknown: start from an empty screen.
    if (this.#isOpen) this.#terminal.write('\u001b[2J');
    this.emit('resize');
  };
  readonly #onExit = () => this.leave();

  constructor(terminal: ScreenTerminal) {
    super();
    this.#terminal = terminal;
  }

  get columns(): number {
    return this.#terminal.columns || 80;
  }

  get rows(): number {
    return this.#terminal.rows || 24;
  }

  /**
   * Takes the terminal over. It is given back by `leave`, or at the latest when the process exits.
   */
  enter(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#shown = [];
    process.on('exit', this.#onExit);
    this.#terminal.on('resize', this.#onResize);
    this.#terminal.write(ENTER);
    this.#paint();
  }

  /** Gives the main screen and the cursor back. Safe to call twice; `enter` may follow. */
  leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off('exit', this.#onExit);
    this.#terminal.off('resize', this.#onResize);
    this.#terminal.write(LEAVE);
  }

  /** Shows a whole frame. */
  show(lines: readonly string[]): void {
    this.#frame = lines.map(oneRow);
    this.#paint();
  }

  /** Takes a whole frame as Ink writes it, lines parted by newlines. */
  write(frame: string, done?: () => void): boolean {
    // Ink's cursor helper shares the stream; the cursor is ours. An empty tree is no frame.
    if (frame !== '' && !cursorVisibility.includes(frame)) this.show(frame.split('\n'));
    done?.();
    return true;
  }

  #paint(): void {
    if (!this.#isOpen) return;
    const lines = this.#frame.slice(0, this.rows);
    const changes: string[] = [];
    for (let row = 0; row < Math.max(lines.length, this.#shown.length); row += 1) {
      const line = lines[row] ?? '';
      if (line === this.#shown[row]) continue;
      changes.push(`\u001b[${row + 1};1H${line}${RESET_AND_CLEAR_LINE}`);
    }
    this.#shown = lines;
    if (changes.length === 0) return;
    this.#terminal.write(`${BEGIN_SYNCHRONIZED}${changes.join('')}${END_SYNCHRONIZED}`);
  }
}
