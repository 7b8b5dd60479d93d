import { isSettled } from '../../../host/fleet/board-state.ts';
import type { FleetBoard } from '../../../host/fleet/fleet-board.ts';
import type { LaneLimits } from '../../../host/fleet/fleet-lanes.ts';
import type { FleetChange } from '../../../host/fleet/run-fleet.ts';
import type { Size } from '../frame/layout.ts';
import type { Press } from '../frame/press.ts';
import type { Canvas, FinishedFrame, View } from '../frame/view.ts';
import { phaseWord } from './board-words.ts';
import {
  type FleetChoices,
  type FleetEffect,
  initialChoices,
  pressFleet,
  type Shown,
} from './fleet-choices.ts';
import { fleetFrame, layoutOf } from './fleet-frame.ts';
import { canRetry, cellsOf, inOrder, matching } from './fleet-model.ts';
import type { GridPicture } from './grid-picture.ts';
import { WatchedBoard } from './watched-board.ts';

export interface FleetViewOptions {
  readonly title: string;
  readonly boards: readonly Pick<FleetBoard, 'name' | 'tags'>[];
  readonly lanes: LaneLimits;
  readonly nowMs: () => number;
  readonly onOpen: (board: WatchedBoard) => void;
  /** To be asked for first. */
  readonly onStop: (board: WatchedBoard) => void;
  readonly onRetry: (boards: readonly WatchedBoard[]) => void;
  readonly onEnd: () => void;
}

/** Boards change places at most this often, and not while somebody is at the keys. */
const REORDER_MS = 2_000;
const AFTER_KEY_MS = 3_000;

/** All boards of a fleet run: changes in, frames out. */
export class FleetView implements View {
  readonly #options: FleetViewOptions;
  readonly #boards: ReadonlyMap<string, WatchedBoard>;
  readonly #beganMs: number;
  readonly #stopping = new Set<string>();
  #choices: FleetChoices;
  #size: Size = { columns: 80, rows: 24 };
  #shown: readonly WatchedBoard[] = [];
  /** What the shown boards were chosen and put in order by, and when. */
  #shownBy = '';
  #shownMs = 0;
  #pressedMs = 0;

  constructor(options: FleetViewOptions) {
    const { boards, nowMs } = options;
    this.#options = options;
    this.#beganMs = nowMs();
    this.#boards = new Map(
      boards.map((board) => [board.name, new WatchedBoard(board, this.#beganMs)]),
    );
    this.#choices = initialChoices(boards.map(({ name }) => name));
  }

  hear(change: FleetChange): void {
    const { name } = change.state;
    if (isSettled(change.state)) this.#stopping.delete(name);
    this.#boards.get(name)?.hear(change, this.#options.nowMs());
  }

  get boards(): readonly WatchedBoard[] {
    return [...this.#boards.values()];
  }

  /** Nothing goes on any more. */
  get isSettled(): boolean {
    return this.boards.every(({ state }) => isSettled(state));
  }

  /** Says a line to the person, until the next key. */
  note(text: string): void {
    this.#choices = { ...this.#choices, problem: text };
  }

  /** Shows as being stopped what was asked to. */
  markStopping(boards: readonly WatchedBoard[]): void {
    for (const { name, state } of boards) if (!isSettled(state)) this.#stopping.add(name);
  }

  place(): 'fleet' {
    return 'fleet';
  }

  isTyping(): boolean {
    return this.#choices.isFiltering;
  }

  render(canvas: Canvas): FinishedFrame {
    this.#size = canvas.size;
    return fleetFrame(this.#picture(), canvas);
  }

  press(press: Press): void {
    const picture = this.#picture();
    this.#pressedMs = this.#options.nowMs();
    const { choices, effect } = pressFleet(picture.choices, press, this.#surroundings(picture));
    this.#choices = choices;
    if (effect !== undefined) this.#follow(effect, picture);
  }

  #picture(): GridPicture {
    this.#putInOrder();
    const shown = this.#shown;
    const isShown = shown.some(({ name }) => name === this.#choices.at);
    const at = isShown ? this.#choices.at : (shown[0]?.name ?? null);
    return {
      title: this.#options.title,
      beganMs: this.#beganMs,
      boards: this.boards,
      shown,
      choices: { ...this.#choices, at },
      stopping: this.#stopping,
      lanes: this.#options.lanes,
    };
  }

  /** At once when the person chooses another order or filter; otherwise calmly. */
  #putInOrder(): void {
    const nowMs = this.#options.nowMs();
    const { order, isReversed, filter, cell } = this.#choices;
    const by = JSON.stringify([order, isReversed, filter, cell]);
    const isCalm = nowMs - this.#pressedMs >= AFTER_KEY_MS;
    const isDue = isCalm && nowMs - this.#shownMs >= REORDER_MS;
    if (by === this.#shownBy && !isDue) return;
    const cells = cellsOf(this.boards);
    const key = cells[cell % Math.max(1, cells.length)] ?? null;
    const ordered = inOrder(this.boards, order, isReversed, key, nowMs);
    this.#shown = matching(ordered, filter);
    this.#shownBy = by;
    this.#shownMs = nowMs;
  }

  #surroundings(picture: GridPicture): Shown {
    const { density, page, across } = layoutOf(picture, this.#size);
    const isTiled = density === 'tiles';
    return {
      names: picture.shown.map(({ name }) => name),
      density,
      cells: cellsOf(picture.boards).length,
      down: isTiled ? 1 : across,
      right: isTiled ? page / across : across > 1 ? 1 : 0,
      page,
    };
  }

  #follow(effect: FleetEffect, picture: GridPicture): void {
    const board = this.#boards.get(picture.choices.at ?? '');
    if (effect === 'quit') this.#options.onEnd();
    else if (effect === 'retry-all') this.#retryAll();
    else if (board === undefined) return;
    else if (effect === 'open') this.#options.onOpen(board);
    else {
      const refusal = effect === 'retry' ? this.retry(board) : this.stop(board);
      if (refusal !== null) this.note(refusal);
    }
  }

  /** Has one board measured again; gives the reason where that makes no sense. */
  retry(board: WatchedBoard): string | null {
    const { name, state } = board;
    if (!canRetry(state)) return `${name} is ${phaseWord(state.phase)}: ${onlyWithout}`;
    this.#options.onRetry([board]);
    return null;
  }

  /** Has one board stopped; gives the reason where there is nothing to stop. */
  stop(board: WatchedBoard): string | null {
    const { name, state } = board;
    if (isSettled(state)) return `${name} is ${phaseWord(state.phase)}: nothing goes on there`;
    if (this.#stopping.has(name)) return `${name} is being stopped already`;
    this.#options.onStop(board);
    return null;
  }

  #retryAll(): void {
    const boards = this.boards.filter(({ state }) => canRetry(state));
    if (boards.length > 0) this.#options.onRetry(boards);
    else this.note('no board failed so far: there is nothing to measure again');
  }
}

const onlyWithout = 'only a board that gave no result can be measured again';
