import type { ReactNode } from 'react';
import { actionOf } from '../frame/keys.ts';
import { Frame, footerLine, Lines } from '../frame/lines.tsx';
import type { Press } from '../frame/press.ts';
import { rule } from '../frame/text.ts';
import type { Canvas, View } from '../frame/view.ts';
import { scrolled } from './scroll.ts';

export interface TextViewOptions {
  readonly place: 'detail' | 'compare';
  readonly title: string;
  /** The text for so many columns. */
  readonly lines: (columns: number) => readonly string[];
  readonly onBack: () => void;
  readonly onQuit: () => void;
}

/** A longer text to scroll through: one run in detail, or two compared. */
export class TextView implements View {
  readonly #options: TextViewOptions;
  #top = 0;
  /** As drawn last: what a page is. */
  #drawn = { lines: 0, rows: 1 };

  constructor(options: TextViewOptions) {
    this.#options = options;
  }

  place(): 'detail' | 'compare' {
    return this.#options.place;
  }

  isTyping(): boolean {
    return false;
  }

  render({ size, theme, nowMs }: Canvas): ReactNode {
    const { columns } = size;
    const lines = this.#options.lines(columns);
    const rows = Math.max(1, size.rows - 2);
    this.#drawn = { lines: lines.length, rows };
    this.#top = scrolled(this.#top, null, lines.length, rows);
    const to = Math.min(lines.length, this.#top + rows);
    const place =
      lines.length > rows ? ` ${theme.dim(`${this.#top + 1}-${to} of ${lines.length}`)}` : '';
    return (
      <Frame canvas={{ size, theme, nowMs }}>
        <Lines
          lines={[rule(`${this.#options.title}${place}`, columns, theme)]}
          columns={columns}
          rows={1}
          theme={theme}
        />
        <Lines lines={lines.slice(this.#top, to)} columns={columns} rows={rows} theme={theme} />
        <Lines
          lines={[footerLine(this.#options.place, columns, theme)]}
          columns={columns}
          rows={1}
          theme={theme}
        />
      </Frame>
    );
  }

  press(press: Press): void {
    const action = actionOf(this.#options.place, press.name);
    if (action === 'back') this.#options.onBack();
    else if (action === 'quit') this.#options.onQuit();
    else this.#top = scrolled(this.#top, action, this.#drawn.lines, this.#drawn.rows);
  }
}
