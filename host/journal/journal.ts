import { createHash } from 'node:crypto';
import type { EventOf, JournalEvent } from '../../agent/contract/events.ts';
import { decodeLine, MAX_LINE_BYTES } from '../../agent/contract/wire.ts';
import { formatCount } from '../quantities/format.ts';
import { JournalBounds } from './journal-bounds.ts';
import { JournalCollector } from './journal-collector.ts';
import type { JournalData } from './journal-data.ts';
import type { JournalProblem } from './journal-problem.ts';

const NEWLINE = 0x0a;
/** More problems than this are counted, not kept. */
const MAX_PROBLEMS = 1000;

/**
 * Reads a journal as it comes, in chunks cut anywhere. Memory grows with the iterations (some 20
 * bytes each), not with the bytes. Nothing that a board sends makes it throw: what is amiss becomes
 * a problem with its place.
 */
export class JournalReader {
  readonly #collector: JournalCollector;
  readonly #bounds = new JournalBounds();
  readonly #hash = createHash('sha256');
  readonly #problems: JournalProblem[] = [];
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #isSkipping = false;
  #line = 1;
  #offset = 0;
  #nextSeq = 0;
  #events = 0;
  #bye: EventOf<'bye'> | null = null;
  #sha256: string | null = null;
  #problemCount = 0;

  /**
   * @param isLean to follow and check a journal that is on the disk: `end` then gives no
   *   iterations.
   */
  constructor(isLean = false) {
    this.#collector = new JournalCollector(isLean);
  }

  get isComplete(): boolean {
    return this.#bye !== null;
  }

  get problemCount(): number {
    return this.#problemCount;
  }

  /** Takes the next bytes; gives the events whose lines they completed. */
  push(chunk: Uint8Array): JournalEvent[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const events: JournalEvent[] = [];
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      const event = this.#takeLine(bytes.subarray(from, at + 1));
      if (event !== null) events.push(event);
      from = at + 1;
    }
    if (from < bytes.length) this.#keep(bytes.subarray(from));
    return events;
  }

  /**
   * Ends the reading: a last line without its newline is a cut one. May be called more than once.
   */
  end(): JournalData {
    const problems = [...this.#problems];
    if (this.#pendingBytes > 0) {
      problems.push(this.#problem('cut-line', `${this.#pendingBytes} bytes without a newline`));
    }
    return {
      ...this.#collector.data(),
      bye: this.#bye,
      events: this.#events,
      bytes: this.#offset,
      sha256: this.#sha256,
      linesSha256: this.#hash.copy().digest('hex'),
      problems,
    };
  }

  /** The rest of a line that is yet to come: copied, because the caller may reuse the chunk. */
  #keep(part: Buffer): void {
    this.#pendingBytes += part.length;
    if (this.#pendingBytes > MAX_LINE_BYTES) {
      this.#hashPending();
      this.#hash.update(part);
      this.#isSkipping = true;
    } else this.#pending.push(Buffer.from(part));
  }

  #hashPending(): void {
    for (const part of this.#pending) this.#hash.update(part);
    this.#pending = [];
  }

  #takeLine(tail: Buffer): JournalEvent | null {
    const size = this.#pendingBytes + tail.length;
    const event = this.#isSkipping ? this.#tooLong() : this.#decode(tail);
    if (event?.kind === 'bye') this.#sha256 = this.#hash.copy().digest('hex');
    this.#hashPending();
    this.#hash.update(tail);
    const accepted = event === null ? null : this.#accept(event, size);
    this.#pendingBytes = 0;
    this.#isSkipping = false;
    this.#offset += size;
    this.#line += 1;
    return accepted;
  }

  #decode(tail: Buffer): JournalEvent | null {
    const bytes = this.#pending.length === 0 ? tail : Buffer.concat([...this.#pending, tail]);
    const decoded = decodeLine(bytes.toString('utf8', 0, bytes.length - 1));
    if (decoded.ok) return decoded.event;
    this.#report('bad-line', decoded.problem);
    // Its number went with it: the next event is not missing anything more.
    this.#nextSeq += 1;
    return null;
  }

  #tooLong(): null {
    this.#report('bad-line', `longer than ${MAX_LINE_BYTES} bytes`);
    this.#nextSeq += 1;
    return null;
  }

  #accept(event: JournalEvent, bytes: number): JournalEvent | null {
    if (this.#bye !== null) return this.#refuse(`${event.kind} after the end`);
    if (event.seq < this.#nextSeq) {
      return this.#refuse(`${event.kind} number ${event.seq}, ${this.#nextSeq} expected`);
    }
    if (event.seq > this.#nextSeq) {
      this.#report(
        'gap',
        `${formatCount(event.seq - this.#nextSeq, 'event')} missing before number ${event.seq}`,
      );
    }
    this.#nextSeq = event.seq + 1;
    const excess = this.#bounds.excess(event, bytes);
    if (excess !== null) {
      this.#events += 1;
      return this.#refuse(excess);
    }
    if (event.kind === 'bye') this.#finish(event);
    else {
      for (const found of this.#collector.add(event)) this.#report(found.kind, found.text);
    }
    this.#events += 1;
    return event;
  }

  #refuse(text: string): null {
    this.#report('out-of-place', text);
    return null;
  }

  #finish(bye: EventOf<'bye'>): void {
    this.#bye = bye;
    this.#collector.pass(bye.t_ns);
    const { iterations } = this.#collector;
    if (bye.events !== this.#events) {
      this.#report(
        'wrong-count',
        `${formatCount(bye.events, 'event')} written, ${this.#events} arrived`,
      );
    }
    if (bye.iterations !== iterations) {
      this.#report(
        'wrong-count',
        `${formatCount(bye.iterations, 'iteration')} written, ${iterations} arrived`,
      );
    }
    if (bye.sha256 !== this.#sha256) {
      this.#report('wrong-hash', 'the bytes are not those that were written');
    }
  }

  #report(kind: JournalProblem['kind'], text: string): void {
    this.#problemCount += 1;
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(this.#problem(kind, text));
  }

  #problem(kind: JournalProblem['kind'], text: string): JournalProblem {
    return { kind, line: this.#line, byte_offset: this.#offset, text };
  }
}

/** Reads a whole journal at once. @internal for tests */
export function readJournal(bytes: Uint8Array): JournalData {
  const reader = new JournalReader();
  reader.push(bytes);
  return reader.end();
}
