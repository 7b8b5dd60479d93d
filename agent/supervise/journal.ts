import { createHash } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { JournalKind, Unnumbered, WrittenEvent, WrittenOf } from '../contract/events.ts';
import { encodeEvent } from '../contract/wire.ts';

const flushEveryMs = 250;
const flushAtCharacters = 1 << 20;
/** Room for the events by which a run says on a full disk how it ended. */
const reserveBytes = 64 * 1024;
const lastWords: readonly JournalKind[] = ['process-end', 'cell', 'error', 'bye'];

export type Bye = Omit<WrittenOf<'bye'>, 'seq' | 'kind' | 'events' | 'iterations' | 'sha256'>;

interface Line {
  readonly text: string;
  readonly iterations: number;
}

/**
 * The run's truth: append-only, every event numbered, on the disk in whole lines at most four times
 * a second. When the disk takes no more, as many whole lines as fit are kept, `onFailure` is told
 * once, and from then on only how the run ends is written, into room that was reserved for it.
 */
export class Journal {
  readonly #fd: number;
  readonly #reservePath: string;
  readonly #onFailure: (error: Error) => void;
  readonly #hash = createHash('sha256');
  #pending: Line[] = [];
  #pendingCharacters = 0;
  #timer: NodeJS.Timeout | null = null;
  #events = 0;
  #iterations = 0;
  #writtenBytes = 0;
  #failure: Error | null = null;
  #isLost = false;

  /**
   * Creates the file. Throws, and leaves none, when it exists (a journal is never written twice) or
   * when the disk has no room for it.
   */
  constructor(path: string, onFailure: (error: Error) => void) {
    this.#reservePath = `${path}.reserve`;
    this.#onFailure = onFailure;
    try {
      writeFileSync(this.#reservePath, Buffer.alloc(reserveBytes));
      this.#fd = openSync(path, 'ax');
    } catch (error) {
      rmSync(this.#reservePath, { force: true });
      throw error;
    }
  }

  /** Why not everything could be written; null while all is well. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Numbers the event and queues its line. */
  write(event: Unnumbered): void {
    if (this.#failure && !lastWords.includes(event.kind)) return;
    const text = encodeEvent({ seq: this.#events, ...event } as WrittenEvent);
    const iterations = event.kind === 'iter' ? event.dt_ns.length : 0;
    this.#events += 1;
    this.#iterations += iterations;
    this.#pending.push({ text, iterations });
    this.#pendingCharacters += text.length;
    if (this.#pendingCharacters >= flushAtCharacters) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), flushEveryMs);
  }

  /** Writes what is queued. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const lines = this.#pending;
    this.#pending = [];
    this.#pendingCharacters = 0;
    if (lines.length === 0 || this.#isLost) return;
    try {
      this.#append(lines.map(({ text }) => text).join(''));
    } catch (error) {
      this.#keepWhatFits(lines);
      this.#fail(error as Error);
    }
  }

  /**
   * Writes what is queued and waits for the medium: done between processes, so that it disturbs
   * none.
   */
  sync(): void {
    this.flush();
    if (this.#isLost) return;
    try {
      fdatasyncSync(this.#fd);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** The last line, with the counts and the hash of all before it; closes the file. */
  close(bye: Bye): void {
    this.flush();
    const sha256 = this.#hash.copy().digest('hex');
    const events = this.#events;
    this.write({ kind: 'bye', ...bye, events, iterations: this.#iterations, sha256 });
    this.sync();
    closeSync(this.#fd);
    rmSync(this.#reservePath, { force: true });
  }

  /** All of the text or, when that fails, none of it. */
  #append(text: string): void {
    const bytes = Buffer.from(text);
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    } catch (error) {
      ftruncateSync(this.#fd, this.#writtenBytes);
      throw error;
    }
    this.#writtenBytes += bytes.length;
    this.#hash.update(bytes);
  }

  #keepWhatFits(lines: readonly Line[]): void {
    let kept = 0;
    try {
      for (const { text } of lines) {
        this.#append(text);
        kept += 1;
      }
    } catch {
      // The rest is lost: numbers are given again from here on, so that the journal has no gap.
      for (const { iterations } of lines.slice(kept)) {
        this.#events -= 1;
        this.#iterations -= iterations;
      }
    }
  }

  #fail(error: Error): void {
    this.#isLost = this.#failure !== null;
    if (this.#isLost) return;
    this.#failure = error;
    rmSync(this.#reservePath, { force: true });
    this.#onFailure(error);
  }
}
