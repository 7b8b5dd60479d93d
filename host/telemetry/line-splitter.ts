import { TextDecoder } from 'node:util';

/** One line of a stream; `text` is null where it was longer than is kept. */
export interface SplitLine {
  /** Counts from 1. */
  readonly line: number;
  readonly text: string | null;
}

/**
 * Lines out of chunks that are cut anywhere, also inside a UTF-8 sequence. Holds at most
 * `maxLength` characters; a longer line is passed over and reported as null.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #maxLength: number;
  #line = 1;
  #rest = '';
  #isTooLong = false;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  push(chunk: Uint8Array | string): SplitLine[] {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true });
    const lines: SplitLine[] = [];
    let start = 0;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', start)) {
      this.#keep(text.slice(start, at));
      lines.push(this.#take());
      start = at + 1;
    }
    this.#keep(text.slice(start));
    return lines;
  }

  /** What came after the last line feed: a line that was cut, or null. */
  end(): SplitLine | null {
    this.#keep(this.#decoder.decode());
    return this.#rest === '' && !this.#isTooLong ? null : this.#take();
  }

  #keep(part: string): void {
    if (this.#isTooLong) return;
    if (this.#rest.length + part.length > this.#maxLength) {
      this.#isTooLong = true;
      this.#rest = '';
    } else this.#rest += part;
  }

  #take(): SplitLine {
    const text = this.#isTooLong ? null : this.#rest.replace(/\r$/, '');
    const line = this.#line;
    this.#line += 1;
    this.#rest = '';
    this.#isTooLong = false;
    return { line, text };
  }
}
