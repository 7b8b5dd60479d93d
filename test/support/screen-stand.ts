import { EventEmitter } from 'node:events';
import { Terminal } from '@xterm/headless';
import { themeFor } from '../../src/terminal/theme.ts';
import { ScreenHost } from '../../src/tui/frame/screen-host.tsx';
import type { View } from '../../src/tui/frame/view.ts';
import { FakeStdin } from './fake-stdin.ts';
import { terminalLike } from './frames.ts';

/** A terminal emulator as a screen sees a terminal. */
export class EmulatedTerminal extends EventEmitter {
  readonly #emulator: Terminal;
  columns: number;
  rows: number;
  written = '';

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
    // There is no line discipline to add carriage returns.
    const options = { cols: columns, rows, convertEol: true, allowProposedApi: true };
    this.#emulator = new Terminal(options);
  }

  write(text: string): void {
    this.written += text;
    this.#emulator.write(text);
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.#emulator.resize(columns, rows);
    this.emit('resize');
  }

  /** What a person sees. */
  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => this.#emulator.write('', resolve));
    const { active } = this.#emulator.buffer;
    return Array.from({ length: this.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  }

  async text(): Promise<string> {
    return (await this.lines()).join('\n');
  }

  async isAlternate(): Promise<boolean> {
    await this.lines();
    return this.#emulator.buffer.active.type === 'alternate';
  }
}

/** A screen on an emulated terminal, with a keyboard. */
export function openStand(
  view: View,
  options: {
    readonly columns?: number;
    readonly rows?: number;
    suspend?: () => Promise<void>;
  } = {},
) {
  const terminal = new EmulatedTerminal(options.columns ?? 80, options.rows ?? 24);
  const stdin = new FakeStdin();
  let interrupts = 0;
  const host = new ScreenHost(view, {
    terminal,
    // Ink reads, refs and sets raw mode, no more.
    stdin: stdin as unknown as NodeJS.ReadStream,
    theme: themeFor(terminalLike()),
    onInterrupt: () => {
      interrupts += 1;
    },
    ...(options.suspend ? { suspend: options.suspend } : {}),
  });
  return { terminal, stdin, host, interrupts: () => interrupts };
}
