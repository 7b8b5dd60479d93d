import type { Place } from '../frame/keys.ts';
import { footerLine, stacked } from '../frame/lines.tsx';
import type { Press } from '../frame/press.ts';
import type { Canvas, FinishedFrame, View } from '../frame/view.ts';
import { completePath } from './complete-path.ts';
import { type HomeContext, homeLines } from './home-lines.ts';
import { type Effect, type HomeState, isTyping, pressHome } from './home-state.ts';

export interface HomeViewOptions extends HomeContext {
  readonly onEffect: (effect: Exclude<Effect, 'complete'>, state: HomeState) => void;
  readonly onChange: () => void;
}

/** Where a session begins: a board, a model, a plan. */
export class HomeView implements View {
  readonly #options: HomeViewOptions;
  #state: HomeState;

  constructor(state: HomeState, options: HomeViewOptions) {
    this.#state = state;
    this.#options = options;
  }

  /** Shows what is new since: choices and results; what was typed and chosen stays. */
  update(change: (state: HomeState) => HomeState): void {
    this.#state = change(this.#state);
    this.#options.onChange();
  }

  place(): Place {
    return this.#state.focus === 'plan' ? 'plan' : 'home';
  }

  isTyping(): boolean {
    return isTyping(this.#state);
  }

  render(canvas: Canvas): FinishedFrame {
    const { size, theme } = canvas;
    const lines = homeLines(this.#state, this.#options, size, theme, canvas.nowMs);
    const footer = [footerLine(this.place(), size.columns, theme)];
    return stacked(
      [
        { lines, rows: size.rows - 1 },
        { lines: footer, rows: 1 },
      ],
      canvas,
    );
  }

  press(press: Press): void {
    const { state, effect } = pressHome(this.#state, press);
    this.#state = state;
    if (effect === 'complete') void this.#complete();
    else if (effect !== undefined) this.#options.onEffect(effect, state);
  }

  async #complete(): Promise<void> {
    const { typed } = this.#state.model;
    const completed = await completePath(typed);
    this.update((state) =>
      state.model.typed === typed
        ? { ...state, model: { ...state.model, typed: completed } }
        : state,
    );
  }
}
