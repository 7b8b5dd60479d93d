import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export const hasTmux = existsSync('/usr/bin/tmux') || existsSync('/usr/local/bin/tmux');

/**
 * A program in a terminal of its own: a real pseudo-terminal, with keys, sizes and what it shows.
 */
export class TmuxTerminal {
  readonly #socket: string;

  constructor(
    name: string,
    size: { readonly columns: number; readonly rows: number },
    environment: Readonly<Record<string, string>>,
  ) {
    this.#socket = `orin-test-${process.pid}-${name}`;
    const { columns, rows } = size;
    const settings = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
    // A shell of no particular person waits, so that what a program leaves behind can be looked at.
    const options = ['-d', '-x', String(columns), '-y', String(rows), '-s', 'main'];
    const shell = ['env', 'PS1=ready$ ', ...settings, 'sh'];
    this.#tmux('-f', '/dev/null', 'new-session', ...options, ...shell);
  }

  press(...keys: readonly string[]): void {
    for (const key of keys) this.#tmux('send-keys', '-t', 'main', key);
  }

  type(text: string): void {
    this.#tmux('send-keys', '-t', 'main', '-l', text);
    this.press('Enter');
  }

  /** The process that the shell waits for. */
  foreground(): number {
    const shell = this.#tmux('display-message', '-p', '-t', 'main', '#{pane_pid}').trim();
    return Number(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim());
  }

  /** The device of the pseudo-terminal. */
  tty(): string {
    return this.#tmux('display-message', '-p', '-t', 'main', '#{pane_tty}').trim();
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-t', 'main', '-x', String(columns), '-y', String(rows));
  }

  /** What a person sees. */
  screen(): string {
    return this.#tmux('capture-pane', '-p', '-t', 'main');
  }

  /** What a person sees when scrolling back. */
  history(): string {
    return this.#tmux('capture-pane', '-p', '-S', '-', '-t', 'main');
  }

  isAlternate(): boolean {
    return this.#tmux('display-message', '-p', '-t', 'main', '#{alternate_on}').trim() === '1';
  }

  isCursorVisible(): boolean {
    return this.#tmux('display-message', '-p', '-t', 'main', '#{cursor_flag}').trim() === '1';
  }

  /** Waits until the screen fits the pattern. @throws Error with the screen after `timeoutMs`. */
  async until(pattern: RegExp, timeoutMs = 60_000): Promise<string> {
    const deadlineMs = Date.now() + timeoutMs;
    for (;;) {
      const screen = this.screen();
      if (pattern.test(screen)) return screen;
      if (Date.now() > deadlineMs) throw new Error(`never saw ${pattern} in:\n${screen}`);
      await sleep(100);
    }
  }

  close(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server']);
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' });
  }
}
