import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { EventOf, JournalEvent, Unnumbered } from '../protocol/events.ts';
import { encodeEvent } from '../protocol/wire.ts';

const flushEveryMs = 250;
const flushAtCharacters = 1 << 20;

export type Bye = Omit<EventOf<'bye'>, 'seq' | 'kind' | 'events' | 'iterations' | 'sha256'>;

/**
 * The run's truth: append-only, every event numbered, on the disk in whole lines at most four times a
 * second. When the disk takes no more, the file is cut back to its last whole line, `onFailure` hears of it
 * once, and all later events are dropped.
 */
export class Journal {
  readonly #fd: number;
  readonly #onFailure: (error: Error) => void;
  readonly #hash = createHash('sha256');
  #pending: string[] = [];
  #pendingCharacters = 0;
  #timer: NodeJS.Timeout | null = null;
  #events = 0;
  #iterations = 0;
  #writtenBytes = 0;
  #failure: Error | null = null;

  /** Creates the file; throws when it exists: a journal is never written twice. */
  constructor(path: string, onFailure: (error: Error) => void) {
    this.#fd = openSync(path, 'ax');
    this.#onFailure = onFailure;
  }

  /** Why nothing can be written any more; null while all is well. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Numbers the event and queues its line. */
  write(event: Unnumbered): void {
    if (this.#failure) return;
    const line = encodeEvent({ seq: this.#events, ...event } as JournalEvent);
    this.#events += 1;
    if (event.kind === 'iter') this.#iterations += event.dt_ns.length;
    this.#pending.push(line);
    this.#pendingCharacters += line.length;
    if (this.#pendingCharacters >= flushAtCharacters) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), flushEveryMs);
  }

  /** Writes what is queued. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#failure || this.#pending.length === 0) return;
    const bytes = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    this.#pendingCharacters = 0;
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
      this.#writtenBytes += bytes.length;
      this.#hash.update(bytes);
    } catch (error) {
      this.#fail(error as Error, bytes);
    }
  }

  /** Writes what is queued and waits for the medium: done between processes, so that it disturbs none. */
  sync(): void {
    this.flush();
    if (this.#failure) return;
    try {
      fdatasyncSync(this.#fd);
    } catch (error) {
      this.#fail(error as Error, Buffer.alloc(0));
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
  }

  /** Keeps the whole lines that reached the file, so that a full disk never leaves half of one. */
  #fail(error: Error, unwritten: Buffer): void {
    this.#failure = error;
    try {
      const whole = this.#wholeLinesAfter(unwritten);
      ftruncateSync(this.#fd, this.#writtenBytes + whole);
      this.#writtenBytes += whole;
    } catch {
      // The reader copes with a cut line; the first error is the one worth telling.
    }
    this.#onFailure(error);
  }

  #wholeLinesAfter(unwritten: Buffer): number {
    for (let end = unwritten.lastIndexOf(10); end >= 0; ) {
      const part = unwritten.subarray(0, end + 1);
      try {
        ftruncateSync(this.#fd, this.#writtenBytes);
        for (let done = 0; done < part.length; ) done += writeSync(this.#fd, part, done);
        return part.length;
      } catch {
        end = end > 0 ? unwritten.lastIndexOf(10, end - 1) : -1;
      }
    }
    return 0;
  }
}
