import type { RunEvent } from '../../../host/run/run-event.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { actionOf, type Place } from '../frame/keys.ts';
import type { Press } from '../frame/press.ts';
import type { Canvas, FinishedFrame, View } from '../frame/view.ts';
import { windowOf, windowsS } from './chart-columns.ts';
import { type LiveChoices, layoutOf, liveFrame, tabsOf } from './live-frame.ts';
import {
  detailOf,
  initialLive,
  type LiveState,
  noted,
  reduceLive,
  type Settled,
  settledAs,
  stopping,
} from './live-state.ts';

export interface LiveViewOptions {
  readonly board: string;
  /** Where its keys are looked up; another than `live` where it is part of a larger view. */
  readonly place?: Place;
  readonly terminal: Terminal;
  readonly nowMs: () => number;
  /** Something that shows has changed. */
  readonly onChange: () => void;
  /** The person wants to stop the run, or to leave it: to be asked which. */
  readonly onEnd: () => void;
}

/** One run as it goes on: events in, frames out. */
export class LiveView implements View {
  readonly #options: LiveViewOptions;
  #state: LiveState;
  /** What is shown while the view is held still. */
  #still: LiveState | null = null;
  /** As drawn last: what there is to turn to. */
  #tabs: ReturnType<typeof tabsOf> = ['cells'];
  #choices: LiveChoices = {
    tab: 'cells',
    windowS: null,
    isPaused: false,
    metricsFrom: null,
  };

  constructor(options: LiveViewOptions) {
    this.#options = options;
    this.#state = initialLive(options.nowMs());
  }

  listen(event: RunEvent): void {
    this.#set(reduceLive(this.#state, event, this.#options.nowMs()));
  }

  note(text: string): void {
    this.#set(noted(this.#state, text, this.#options.nowMs()));
  }

  /** Of the run on the board; null before there is one. */
  get runId(): string | null {
    return this.#state.runId;
  }

  /** True once there is a run on the board that could be left going. */
  get isStarted(): boolean {
    return this.#state.runId !== null;
  }

  /** The run came to its end, this way. */
  markSettled(settled: Settled): void {
    this.#set(settledAs(this.#state, settled));
  }

  /** All of mpstat is shown: one step back is the run. */
  get isMetricsOpen(): boolean {
    return this.#choices.metricsFrom !== null;
  }

  /** The run was asked to stop; its last events still come. */
  markStopping(): void {
    this.#set(stopping(this.#state));
  }

  place(): Place {
    return this.#options.place ?? 'live';
  }

  isTyping(): boolean {
    return false;
  }

  render(canvas: Canvas): FinishedFrame {
    const state = this.#still ?? this.#state;
    this.#tabs = tabsOf(layoutOf(state, canvas.size));
    return liveFrame({
      board: this.#options.board,
      state,
      choices: this.#choices,
      canvas,
      place: this.place(),
      terminal: this.#options.terminal,
    });
  }

  press(press: Press): void {
    switch (actionOf(this.place(), press.name)) {
      case 'pause':
        this.#pause();
        break;
      case 'next':
        this.#turn(1);
        break;
      case 'previous':
        this.#turn(-1);
        break;
      case 'wider':
        this.#stretch(1);
        break;
      case 'narrower':
        this.#stretch(-1);
        break;
      case 'metrics':
        this.#scroll(this.#choices.metricsFrom === null ? 0 : null);
        break;
      case 'back':
        this.#scroll(null);
        break;
      case 'up':
      case 'down':
        this.#scrollBy(press.name === 'up' || press.name === 'k' ? -1 : 1);
        break;
      case 'stop':
      case 'quit':
        this.#options.onEnd();
        break;
      default:
    }
  }

  #set(state: LiveState): void {
    this.#state = state;
    if (this.#still === null) this.#options.onChange();
  }

  #pause(): void {
    this.#still = this.#still === null ? this.#state : null;
    this.#choices = { ...this.#choices, isPaused: this.#still !== null };
  }

  #turn(by: number): void {
    const tabs = this.#tabs;
    const at = Math.max(0, tabs.indexOf(this.#choices.tab)) + by + tabs.length;
    this.#choices = { ...this.#choices, tab: tabs[at % tabs.length] ?? 'cells' };
  }

  #scroll(metricsFrom: number | null): void {
    this.#choices = { ...this.#choices, metricsFrom };
  }

  #scrollBy(by: number): void {
    const { metricsFrom } = this.#choices;
    if (metricsFrom === null) return;
    const { cpu, irq } = detailOf(this.#still ?? this.#state);
    const most = cpu.known.length + irq.rates.length;
    this.#scroll(Math.min(most, Math.max(0, metricsFrom + by)));
  }

  #stretch(by: number): void {
    const shown = this.#choices.windowS ?? windowOf(detailOf(this.#state).timeline);
    const at = windowsS.indexOf(shown) + by;
    const windowS = windowsS[Math.min(windowsS.length - 1, Math.max(0, at))] ?? null;
    this.#choices = { ...this.#choices, windowS };
  }
}
