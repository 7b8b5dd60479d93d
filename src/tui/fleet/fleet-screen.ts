import type { Plan } from '../../../agent/contract/plan.ts';
import type { BoardOrders } from '../../../host/fleet/board-orders.ts';
import type { FleetBoard } from '../../../host/fleet/fleet-board.ts';
import type { LaneLimits } from '../../../host/fleet/fleet-lanes.ts';
import type { FleetChange } from '../../../host/fleet/run-fleet.ts';
import type { Prompter } from '../../../host/reach/trust/prompter.ts';
import type { FleetProgress } from '../../report/progress/fleet-progress.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { themeFor } from '../../terminal/theme.ts';
import { ScreenHost } from '../frame/screen-host.tsx';
import { suspendJob } from '../frame/suspend.ts';
import { askToGiveUp, type RunChoice } from '../live/run-questions.ts';
import { BoardView, type JournalSource } from './board-view.ts';
import { canRetry } from './fleet-model.ts';
import { askAboutFleet, askToStop } from './fleet-questions.ts';
import { FleetView } from './fleet-view.ts';
import type { WatchedBoard } from './watched-board.ts';

export interface FleetScreenOptions {
  readonly title: string;
  readonly boards: readonly FleetBoard[];
  readonly lanes: LaneLimits;
  readonly terminal: Terminal;
  readonly stdin: NodeJS.ReadStream;
  readonly orders: BoardOrders;
  /** The journal of a board's run, from the disk. */
  readonly journal: (plan: Plan) => JournalSource;
  /** What Ctrl-C does. */
  readonly interrupt: () => void;
}

/**
 * The grid of a fleet run as what a command already knows: a progress display, and somebody who is
 * asked.
 */
export interface FleetScreen {
  readonly progress: FleetProgress;
  readonly prompter: Prompter;
  /** What to do with all runs, after a Ctrl-C. */
  readonly ask: (signal: AbortSignal) => Promise<RunChoice>;
}

/**
 * Opens the grid on a terminal. It closes when all is well; while a board gave no result it stays,
 * until the person ends it.
 */
export function openFleetScreen(options: FleetScreenOptions): FleetScreen {
  const screen = new OpenScreen(options);
  return {
    progress: {
      hear: (change) => screen.hear(change),
      note: (text) => screen.note(text),
      pause() {},
      resume() {},
      close: () => screen.close(),
    },
    prompter: screen.host,
    ask: (signal) => screen.ask(signal),
  };
}

class OpenScreen {
  readonly host: ScreenHost;
  readonly #options: FleetScreenOptions;
  readonly #grid: FleetView;
  readonly #clock: NodeJS.Timeout;
  #board: BoardView | null = null;
  /** Some run is, or was, on a board. */
  #isStarted = false;
  #isAsking = false;

  constructor(options: FleetScreenOptions) {
    this.#options = options;
    this.#grid = new FleetView({
      title: options.title,
      boards: options.boards,
      lanes: options.lanes,
      nowMs: Date.now,
      onOpen: (board) => this.#open(board),
      onStop: (board) => void this.#stop(board),
      onRetry: (boards) => this.#retry(boards),
      onEnd: () => void this.#end(),
    });
    this.host = new ScreenHost(this.#grid, {
      terminal: options.terminal.stream,
      stdin: options.stdin,
      theme: themeFor(options.terminal),
      onInterrupt: () => (this.#grid.isSettled ? options.orders.close() : options.interrupt()),
      suspend: suspendJob,
    });
    this.#clock = setInterval(() => this.host.refresh(), 1_000);
  }

  hear(change: FleetChange): void {
    this.#isStarted ||= change.state.phase === 'measuring';
    this.#grid.hear(change);
    if (change.state.name === this.#board?.board.name) this.#board.hear(change);
    this.host.refresh();
    const isOver = change.event === null && this.#grid.isSettled;
    if (isOver && !this.#grid.boards.some(({ state }) => canRetry(state))) {
      this.#options.orders.close();
    }
  }

  note(text: string): void {
    this.#grid.note(text);
    this.#board?.note(text);
    this.host.refresh();
  }

  async ask(signal: AbortSignal): Promise<RunChoice> {
    // Nothing goes on that could be left.
    if (this.#grid.isSettled) return 'stop';
    const choice = await askAboutFleet(this.host, signal);
    if (choice === 'stop') {
      this.#grid.markStopping(this.#grid.boards);
      this.#board?.markStopping();
    }
    return choice;
  }

  close(): void {
    clearInterval(this.#clock);
    this.#board?.close();
    this.host.close();
  }

  #open(board: WatchedBoard): void {
    this.#board = new BoardView({
      board,
      terminal: this.#options.terminal,
      nowMs: Date.now,
      journal: this.#options.journal,
      onChange: () => this.host.refresh(),
      onBack: () => this.#back(),
      onStop: (one) => this.#tell(this.#grid.stop(one)),
      onRetry: (one) => this.#tell(this.#grid.retry(one)),
      onEnd: () => void this.#end(),
    });
    this.host.show(this.#board);
  }

  #back(): void {
    this.#board?.close();
    this.#board = null;
    this.host.show(this.#grid);
  }

  /** Why a key does nothing is said where it was pressed. */
  #tell(refusal: string | null): void {
    if (refusal !== null) this.#board?.note(refusal);
  }

  async #stop(board: WatchedBoard): Promise<void> {
    if (!(await askToStop(this.host, board.name))) return;
    this.#grid.markStopping([board]);
    if (this.#board?.board === board) this.#board.markStopping();
    this.#options.orders.stop(board.name);
    this.host.refresh();
  }

  #retry(boards: readonly WatchedBoard[]): void {
    for (const { name } of boards) this.#options.orders.retry(name);
  }

  async #end(): Promise<void> {
    if (this.#grid.isSettled) this.#options.orders.close();
    else if (this.#isStarted) this.#options.interrupt();
    else if (!this.#isAsking) {
      this.#isAsking = true;
      const isGivenUp = await askToGiveUp(this.host);
      this.#isAsking = false;
      if (isGivenUp) this.#options.interrupt();
    }
  }
}
