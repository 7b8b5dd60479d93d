import { render, useInput } from 'ink';
import { type ReactNode, useSyncExternalStore } from 'react';
import type { Prompter } from '../../../host/reach/trust/prompter.ts';
import type { Theme } from '../../terminal/theme.ts';
import { type Dialog, DialogBox, type OpenDialog, pressDialog } from './dialog.tsx';
import { Help } from './help.tsx';
import { type Press, pressesOf } from './press.ts';
import { Screen, type ScreenTerminal } from './screen.ts';
import { type Canvas, type FinishedFrame, isFinished, type View } from './view.ts';

/**
 * Four times a second is calm to look at and costs about one percent of a core. Keys are answered
 * at once.
 */
const TICK_MS = 250;

export interface HostOptions {
  readonly terminal: ScreenTerminal;
  readonly stdin: NodeJS.ReadStream;
  readonly theme: Theme;
  /** What Ctrl-C means: in raw mode the terminal sends no signal. */
  readonly onInterrupt: () => void;
  /** Stops the process as Ctrl-Z does; gives back control when it was continued. */
  readonly suspend?: () => Promise<void>;
}

interface Asked {
  readonly open: OpenDialog;
  settle(answer: string | null): void;
}

/**
 * A full screen while it is open: one view, dialogs and the keys' help above it, one clock. Views
 * are redrawn when a key was pressed, and otherwise at a tick when `refresh` asked for it.
 */
export class ScreenHost implements Prompter {
  readonly #options: HostOptions;
  readonly #screen: Screen;
  readonly #unmount: () => void;
  readonly #clock: NodeJS.Timeout;
  readonly #listeners = new Set<() => void>();
  #view: View;
  #asked: readonly Asked[] = [];
  #isHelpOpen = false;
  #isStale = false;
  #version = 0;
  /** The tree that Ink has. */
  #drawn: ReactNode = null;

  constructor(view: View, options: HostOptions) {
    this.#view = view;
    this.#options = options;
    this.#screen = new Screen(options.terminal);
    this.#screen.on('resize', () => this.#redraw());
    this.#screen.enter();
    const app = render(<Root host={this} />, {
      // Ink writes frames, asks for columns and listens to `resize`, no more; Screen has just that.
      stdout: this.#screen as unknown as NodeJS.WriteStream,
      stdin: options.stdin,
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
    this.#unmount = app.unmount;
    this.#redraw();
    this.#clock = setInterval(() => {
      if (this.#isStale) this.#redraw();
    }, TICK_MS);
  }

  show(view: View): void {
    this.#view = view;
    this.#isHelpOpen = false;
    this.#redraw();
  }

  /** Asks for a redraw at the next tick. */
  refresh(): void {
    this.#isStale = true;
  }

  /** Opens a dialog; null when the person gives no answer or the signal fires. */
  open(dialog: Dialog, signal?: AbortSignal): Promise<string | null> {
    return new Promise((resolve) => {
      const asked: Asked = {
        open: { dialog, typed: dialog.kind === 'text' ? (dialog.initial ?? '') : '' },
        settle: (answer) => {
          this.#asked = this.#asked.filter(({ settle }) => settle !== asked.settle);
          signal?.removeEventListener('abort', onAbort);
          this.#redraw();
          resolve(answer);
        },
      };
      const onAbort = () => asked.settle(null);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#asked = [...this.#asked, asked];
      this.#redraw();
    });
  }

  ask: Prompter['ask'] = (question, signal) =>
    this.open(
      { kind: 'text', title: titles[question.kind], text: question.text, echo: question.echo },
      signal,
    );

  /** Gives the terminal back. */
  close(): void {
    clearInterval(this.#clock);
    this.#unmount();
    this.#screen.leave();
    for (const { settle } of this.#asked) settle(null);
  }

  // For the root component.
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  version = (): number => this.#version;

  press(press: Press): void {
    if (press.name === 'ctrl-c') this.#options.onInterrupt();
    else if (press.name === 'ctrl-z') this.#suspend();
    else if (!this.#pressDialog(press) && !this.#pressHelp(press)) this.#view.press(press);
    this.#redraw();
  }

  /**
   * What Ink lays out: dialogs, help and views that want it; null where the frame came finished.
   */
  drawn(): ReactNode {
    return this.#drawn;
  }

  #draw(): ReactNode | FinishedFrame {
    const { columns, rows } = this.#screen;
    const { theme } = this.#options;
    const canvas: Canvas = { size: { columns, rows }, theme, nowMs: Date.now() };
    const asked = this.#asked.at(-1);
    if (asked !== undefined) return <DialogBox open={asked.open} canvas={canvas} />;
    if (this.#isHelpOpen) return <Help place={this.#view.place()} canvas={canvas} />;
    return this.#view.render(canvas);
  }

  #redraw(): void {
    this.#isStale = false;
    const drawn = this.#draw();
    const isPainted = isFinished(drawn);
    const wasLaidOut = this.#drawn !== null;
    this.#drawn = isPainted ? null : drawn;
    if (isPainted) this.#screen.show(drawn.lines);
    // An empty tree writes nothing: what was painted stays.
    if (isPainted && !wasLaidOut) return;
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }

  #pressDialog(press: Press): boolean {
    const asked = this.#asked.at(-1);
    if (asked === undefined) return false;
    const after = pressDialog(asked.open, press);
    if ('answer' in after) asked.settle(after.answer);
    else this.#asked = [...this.#asked.slice(0, -1), { ...asked, open: after.open }];
    return true;
  }

  #pressHelp(press: Press): boolean {
    if (this.#isHelpOpen) {
      if (press.name === '?' || press.name === 'escape') this.#isHelpOpen = false;
      return true;
    }
    if (press.name !== '?' || this.#view.isTyping()) return false;
    this.#isHelpOpen = true;
    return true;
  }

  #suspend(): void {
    const { suspend, stdin } = this.#options;
    if (suspend === undefined) return;
    this.#screen.leave();
    stdin.setRawMode(false);
    suspend().then(
      () => {
        stdin.setRawMode(true);
        this.#screen.enter();
        this.#redraw();
      },
      () => undefined,
    );
  }
}

const titles = {
  passphrase: 'Passphrase',
  password: 'Password',
  'keyboard-interactive': 'The board asks',
  'host-key': 'Unknown host key',
} as const;

function Root({ host }: { readonly host: ScreenHost }): ReactNode {
  useSyncExternalStore(host.subscribe, host.version);
  useInput((input, key) => {
    for (const press of pressesOf(input, key)) host.press(press);
  });
  return host.drawn();
}
