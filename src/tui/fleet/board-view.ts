import type { Plan } from '../../../agent/contract/plan.ts';
import { type BoardState, isSettled } from '../../../host/fleet/board-state.ts';
import type { FleetChange } from '../../../host/fleet/run-fleet.ts';
import type { RunStep } from '../../../host/journal/run-state.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { actionOf } from '../frame/keys.ts';
import type { Press } from '../frame/press.ts';
import type { Canvas, FinishedFrame, View } from '../frame/view.ts';
import type { Settled } from '../live/live-state.ts';
import { LiveView } from '../live/live-view.ts';
import { failureText, phaseWord } from './board-words.ts';
import type { WatchedBoard } from './watched-board.ts';

/** Gives, each time that it is read, what came since the last time. */
export interface JournalSource {
  read(): AsyncIterable<readonly RunStep[]>;
}

export interface BoardViewOptions {
  readonly board: WatchedBoard;
  readonly terminal: Terminal;
  readonly nowMs: () => number;
  /** The journal of a run of the board, from the disk. */
  readonly journal: (plan: Plan) => JournalSource;
  readonly onChange: () => void;
  readonly onBack: () => void;
  readonly onStop: (board: WatchedBoard) => void;
  readonly onRetry: (board: WatchedBoard) => void;
  readonly onEnd: () => void;
}

/**
 * One board of a fleet run, as `bench --tui` shows it. Of all boards little is kept; what this view
 * shows more is read from the board's journal on the disk, from its beginning, and again when more
 * of it has come.
 */
export class BoardView implements View {
  readonly #options: BoardViewOptions;
  #live: LiveView;
  /** The time of what is told again; null for what happens now. */
  #replayMs: number | null = null;
  #journal: JournalSource | null = null;
  #isReading = false;
  /** More has come since the reading began. */
  #hasMore = false;
  /** The disk gives nothing: what the fleet keeps of the run is shown. */
  #isUnreadable = false;
  /** What happened while the journal is read: it comes after what is read. */
  #waiting: RunEvent[] = [];
  /** Counts how often it was begun: what is read for an earlier turn of the board is dropped. */
  #turn = 0;

  constructor(options: BoardViewOptions) {
    this.#options = options;
    this.#live = this.#newLive();
    this.#begin();
  }

  get board(): WatchedBoard {
    return this.#options.board;
  }

  hear({ state, event }: FleetChange): void {
    if (event === null && state.phase === 'queued') this.#begin();
    else if (event !== null) this.#take(event);
    if (event === null && isSettled(state)) this.#settle(state);
  }

  markStopping(): void {
    this.#live.markStopping();
  }

  /** Nothing is read for it any more. */
  close(): void {
    this.#turn += 1;
  }

  note(text: string): void {
    this.#live.note(text);
  }

  place(): 'board' {
    return 'board';
  }

  isTyping(): boolean {
    return false;
  }

  render(canvas: Canvas): FinishedFrame {
    return this.#live.render(canvas);
  }

  press(press: Press): void {
    const { board, onBack, onStop, onRetry, onEnd } = this.#options;
    switch (actionOf('board', press.name)) {
      case 'back':
        if (this.#live.isMetricsOpen) this.#live.press(press);
        else onBack();
        break;
      case 'stop':
        onStop(board);
        break;
      case 'retry':
        onRetry(board);
        break;
      case 'quit':
        onEnd();
        break;
      default:
        this.#live.press(press);
    }
  }

  #newLive(): LiveView {
    const { board, terminal, nowMs, onChange, onEnd } = this.#options;
    return new LiveView({
      board: board.name,
      place: 'board',
      terminal,
      nowMs: () => this.#replayMs ?? nowMs(),
      onChange,
      onEnd,
    });
  }

  #begin(): void {
    const { board } = this.#options;
    this.#turn += 1;
    this.#journal = null;
    this.#isReading = false;
    this.#isUnreadable = false;
    this.#waiting = [];
    this.#replayMs = board.beganMs;
    this.#live = this.#newLive();
    for (const event of board.head) this.#live.listen(event);
    this.#replayMs = null;
    void this.#readMore();
  }

  async #readMore(): Promise<void> {
    this.#hasMore = true;
    if (this.#isReading) return;
    this.#isReading = true;
    const turn = this.#turn;
    while (this.#hasMore) {
      this.#hasMore = false;
      const problem = await this.#read(turn).catch((error: unknown) => error);
      if (turn !== this.#turn) return;
      if (problem !== undefined) this.#giveUp(problem);
    }
    this.#isReading = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.#take(event);
    const { state } = this.#options.board;
    if (isSettled(state)) this.#settle(state);
    this.#options.onChange();
  }

  async #read(turn: number): Promise<void> {
    const { board, journal } = this.#options;
    const { plan } = board.state;
    if (plan === null || this.#isUnreadable) return;
    this.#journal ??= journal(plan);
    for await (const steps of this.#journal.read()) {
      if (turn !== this.#turn) return;
      for (const step of steps) this.#replay(step);
    }
  }

  #giveUp(problem: unknown): void {
    this.#isUnreadable = true;
    const why = problem instanceof Error ? problem.message : String(problem);
    this.#live.note(`what was measured before is not shown: ${why}`);
  }

  #take(event: RunEvent): void {
    if (event.kind === 'journal' && !this.#isUnreadable) void this.#readMore();
    else if (this.#isReading) this.#waiting.push(event);
    else this.#live.listen(event);
  }

  /** What is told again happened at its own time. */
  #replay(step: RunStep): void {
    const { board, nowMs } = this.#options;
    this.#replayMs = Math.min(nowMs(), board.startedMs + step.run.last_ns / 1e6);
    this.#live.listen({ kind: 'journal', ...step });
    this.#replayMs = null;
  }

  #settle(state: BoardState): void {
    if (this.#isReading) return;
    const word = phaseWord(state.phase);
    const kind: Settled['kind'] =
      state.phase === 'done' ? 'done' : state.failure === null ? 'other' : 'failed';
    if (state.failure !== null) this.#live.note(`${word}: ${failureText(state)}`);
    this.#live.markSettled({ kind, word, atMs: this.#options.board.sinceMs });
  }
}
