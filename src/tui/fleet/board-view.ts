import type { JournalEvent } from '../../../agent/contract/events.ts';
import { type BoardState, isSettled } from '../../../host/fleet/board-state.ts';
import type { FleetChange } from '../../../host/fleet/run-fleet.ts';
import type { RunEvent } from '../../../host/run/run-event.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { actionOf } from '../frame/keys.ts';
import type { Press } from '../frame/press.ts';
import type { Canvas, FinishedFrame, View } from '../frame/view.ts';
import type { Settled } from '../live/live-state.ts';
import { LiveView } from '../live/live-view.ts';
import { failureText, phaseWord } from './board-words.ts';
import type { WatchedBoard } from './watched-board.ts';

export interface BoardViewOptions {
  readonly board: WatchedBoard;
  readonly terminal: Terminal;
  readonly nowMs: () => number;
  /** The board's journal as far as it came, from the disk. */
  readonly journal: (runId: string) => AsyncIterable<readonly JournalEvent[]>;
  readonly onChange: () => void;
  readonly onBack: () => void;
  readonly onStop: (board: WatchedBoard) => void;
  readonly onRetry: (board: WatchedBoard) => void;
  readonly onEnd: () => void;
}

/**
 * One board of a fleet run, as `bench --tui` shows it. Nobody kept its events for that: they are read again from its journal on the disk,
 * and those that come meanwhile wait until it is read.
 */
export class BoardView implements View {
  readonly #options: BoardViewOptions;
  #live: LiveView;
  /** The time of what is told again; null for what happens now. */
  #replayMs: number | null = null;
  #lastSeq = -1;
  /** Events that came while the journal is read; null when it is. */
  #waiting: RunEvent[] | null = null;
  /** Counts how often it was begun: what is read for an earlier turn of the board is dropped. */
  #turn = 0;

  constructor(options: BoardViewOptions) {
    this.#options = options;
    this.#live = this.#newLive();
    void this.#begin();
  }

  get board(): WatchedBoard {
    return this.#options.board;
  }

  hear({ state, event }: FleetChange): void {
    if (event === null && state.phase === 'queued') void this.#begin();
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

  async #begin(): Promise<void> {
    const { board } = this.#options;
    this.#turn += 1;
    const turn = this.#turn;
    this.#waiting = [];
    this.#lastSeq = -1;
    this.#replayMs = board.beganMs;
    this.#live = this.#newLive();
    for (const event of board.head) this.#live.listen(event);
    this.#replayMs = null;
    const { runId } = board.state;
    const problem = await this.#read(runId, turn).catch((error: unknown) => error);
    if (turn !== this.#turn) return;
    if (problem !== undefined) {
      const why = problem instanceof Error ? problem.message : String(problem);
      this.#live.note(`what was measured before is not shown: ${why}`);
    }
    this.#catchUp();
  }

  async #read(runId: string | null, turn: number): Promise<void> {
    if (runId === null) return;
    for await (const events of this.#options.journal(runId)) {
      if (turn !== this.#turn) return;
      for (const event of events) this.#replay(event);
    }
  }

  #catchUp(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const event of waiting) this.#take(event);
    const { state } = this.#options.board;
    if (isSettled(state)) this.#settle(state);
    this.#options.onChange();
  }

  #take(event: RunEvent): void {
    if (this.#waiting !== null) this.#waiting.push(event);
    else if (event.kind !== 'journal') this.#live.listen(event);
    else if (event.event.seq > this.#lastSeq) {
      this.#lastSeq = event.event.seq;
      this.#live.listen(event);
    }
  }

  /** What is told again happened at its own time. */
  #replay(event: JournalEvent): void {
    const { board, nowMs } = this.#options;
    this.#lastSeq = event.seq;
    this.#replayMs = Math.min(nowMs(), board.startedMs + event.t_ns / 1e6);
    this.#live.listen({ kind: 'journal', event });
    this.#replayMs = null;
  }

  #settle(state: BoardState): void {
    if (this.#waiting !== null) return;
    const word = phaseWord(state.phase);
    const kind: Settled['kind'] =
      state.phase === 'done' ? 'done' : state.failure === null ? 'other' : 'failed';
    if (state.failure !== null) this.#live.note(`${word}: ${failureText(state)}`);
    this.#live.markSettled({ kind, word, atMs: this.#options.board.sinceMs });
  }
}
