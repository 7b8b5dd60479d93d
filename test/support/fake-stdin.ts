import { PassThrough } from 'node:stream';

/** Keys as a terminal sends them. */
export const keys = {
  enter: '\r',
  escape: '\u001b',
  tab: '\t',
  shiftTab: '\u001b[Z',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  backspace: '\u007f',
  ctrlC: '\u0003',
  ctrlZ: '\u001a',
} as const;

/** A keyboard: a stream that can pretend to be a terminal in raw mode. */
export class FakeStdin extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** Presses one key after the other, each heard before the next. */
  async press(...sequence: readonly string[]): Promise<void> {
    for (const key of sequence) {
      this.write(key);
      // Ink waits for one turn of the loop before a lone Escape is one.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
