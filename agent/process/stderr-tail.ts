import type { Readable } from 'node:stream';
import { cleanText } from '../contract/clean-text.ts';

const keptBytes = 32_768;
const shownLines = 12;

/**
 * Reads a child's stderr to the end, so that the child never waits for a reader, and keeps its last
 * part.
 */
export class StderrTail {
  #tail = Buffer.alloc(0);

  constructor(stream: Readable) {
    stream.on('data', (chunk: Buffer) => {
      const joined = Buffer.concat([this.#tail, chunk]);
      this.#tail = joined.subarray(Math.max(0, joined.length - keptBytes));
    });
    stream.on('error', () => {});
  }

  /** The last lines, safe to print. */
  text(): string {
    const lines = cleanText(this.#tail.toString('utf8'), keptBytes).trim().split('\n');
    return lines.slice(-shownLines).join('\n').slice(-3000);
  }
}
