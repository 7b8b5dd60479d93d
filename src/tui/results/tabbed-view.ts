import { rule } from '../../terminal/text.ts';
import { type Action, actionOf } from '../frame/keys.ts';
import { footerLine, stacked } from '../frame/lines.tsx';
import type { Press } from '../frame/press.ts';
import type { Canvas, FinishedFrame, View } from '../frame/view.ts';
import { scrolled } from './scroll.ts';

export interface Tab {
  readonly name: string;
  /** The text for such a canvas. */
  readonly lines: (canvas: Canvas) => readonly string[];
}

/** What a view cannot do by itself. */
type Demand = Extract<Action, 'back' | 'quit' | 'compare' | 'export' | 'note' | 'baseline'>;

export interface TabbedViewOptions {
  readonly place: 'detail' | 'compare';
  readonly title: () => string;
  /** One at least; a single one has no name on the screen. */
  readonly tabs: readonly Tab[];
  readonly onDemand: (demand: Demand) => void;
}

const demands: readonly (Action | null)[] = [
  'back',
  'quit',
  'compare',
  'export',
  'note',
  'baseline',
] satisfies Demand[];

/** Longer texts to turn to and to scroll through: one run in detail, or several compared. */
export class TabbedView implements View {
  readonly #options: TabbedViewOptions;
  /** First line that is shown, by tab. */
  readonly #tops = new Map<number, number>();
  #at = 0;
  #message: string | null = null;
  /** As drawn last: what a page is. */
  #drawn = { lines: 0, rows: 1 };

  constructor(options: TabbedViewOptions) {
    this.#options = options;
  }

  place(): 'detail' | 'compare' {
    return this.#options.place;
  }

  isTyping(): boolean {
    return false;
  }

  /** A line above the footer until the next key. */
  say(message: string): void {
    this.#message = message;
  }

  render(canvas: Canvas): FinishedFrame {
    const { size, theme } = canvas;
    const { title, tabs, place } = this.#options;
    const lines = tabs[this.#at]?.lines(canvas) ?? [];
    const hasTabs = tabs.length > 1;
    const message = this.#message;
    const rows = Math.max(1, size.rows - 2 - Number(hasTabs) - Number(message !== null));
    this.#drawn = { lines: lines.length, rows };
    const top = scrolled(this.#top(), null, lines.length, rows);
    this.#tops.set(this.#at, top);
    const to = Math.min(lines.length, top + rows);
    const shown = lines.length > rows ? ` ${theme.dim(`${top + 1}-${to} of ${lines.length}`)}` : '';
    return stacked(
      [
        { lines: [rule(`${title()}${shown}`, size.columns, theme)], rows: 1 },
        ...(hasTabs ? [{ lines: [this.#tabLine(canvas)], rows: 1 }] : []),
        { lines: lines.slice(top, to), rows },
        ...(message === null
          ? []
          : [{ lines: [` ${theme.note(theme.glyphs.note)} ${message}`], rows: 1 }]),
        { lines: [footerLine(place, size.columns, theme)], rows: 1 },
      ],
      canvas,
    );
  }

  press(press: Press): void {
    const { place, tabs, onDemand } = this.#options;
    this.#message = null;
    const action = actionOf(place, press.name);
    if (action === 'next' || action === 'previous') {
      const step = action === 'next' ? 1 : tabs.length - 1;
      this.#at = (this.#at + step) % tabs.length;
    } else if (isDemand(action)) onDemand(action);
    else {
      const { lines, rows } = this.#drawn;
      this.#tops.set(this.#at, scrolled(this.#top(), action, lines, rows));
    }
  }

  #top(): number {
    return this.#tops.get(this.#at) ?? 0;
  }

  /** All names where there is room, else the one that is shown with its number. */
  #tabLine({ size, theme }: Canvas): string {
    const { tabs } = this.#options;
    const names = tabs.map(({ name }) => name);
    const width = names.reduce((sum, name) => sum + name.length + 3, 0);
    const here = names[this.#at] ?? '';
    if (width > size.columns)
      return ` ${theme.selected(`[${here}]`)} ${this.#at + 1}/${tabs.length}`;
    const shown = names.map((name, at) =>
      at === this.#at ? theme.selected(`[${name}]`) : theme.dim(` ${name} `),
    );
    return ` ${shown.join(' ')}`;
  }
}

function isDemand(action: Action | null): action is Demand {
  return demands.includes(action);
}
