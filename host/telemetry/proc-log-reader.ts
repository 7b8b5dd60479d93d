import { cleanLine } from '../../agent/contract/clean-text.ts';
import { MAX_PROBLEMS } from './proc-stat.ts';

/** Files of /proc as they were at one moment. */
export interface ProcFrame {
  /** The run's clock. */
  readonly t_ns: number;
  /**
   * Text by name: `uptime`, `stat`, `interrupts`, `softirqs`; what could not be read is missing.
   */
  readonly files: Readonly<Record<string, string>>;
}

/** A place in the log where the framing does not hold. */
export interface LogProblem {
  /** Bytes from the beginning of the log. */
  readonly offset: number;
  readonly text: string;
}

const MAX_FILE_BYTES = 2 * 1024 * 1024;
const MAX_FILES = 16;
const MAX_MARK_BYTES = 128;
const LINE_FEED = 10;

/**
 * Reads proc.log, which is the agent's raw record of /proc: `@frame <t_ns>`, then for each file
 * `@file <name> <bytes>`, the bytes, a line feed. A frame is given when the next one starts or the
 * log ends behind a whole file. Never throws on bytes: where the framing does not hold, the reader
 * goes on at the next `@frame` and drops what it had of the damaged one.
 */
export class ProcLogReader {
  readonly #problems: LogProblem[] = [];
  #pending = Buffer.alloc(0);
  #offset = 0;
  #t_ns: number | null = null;
  #files = new Map<string, string>();
  #expected: { readonly name: string; readonly bytes: number } | null = null;
  #isLost = false;

  get problems(): readonly LogProblem[] {
    return this.#problems;
  }

  /** Takes a chunk, cut anywhere; gives the frames that it completes. */
  push(chunk: Uint8Array): ProcFrame[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const frames: ProcFrame[] = [];
    while (this.#expected === null ? this.#readMark(frames) : this.#readFile(this.#expected)) {
      // Each round takes a mark or a file off `#pending`.
    }
    return frames;
  }

  /** No more comes: the last frame, unless the log ends inside one of its files. */
  end(): ProcFrame[] {
    if (this.#expected !== null || this.#pending.length > 0) {
      this.#problem('the log ends inside a frame');
      return [];
    }
    return this.#takeFrame();
  }

  #readMark(frames: ProcFrame[]): boolean {
    const end = this.#pending.indexOf(LINE_FEED);
    if (end === -1) {
      if (this.#pending.length > MAX_MARK_BYTES) this.#lose(this.#pending.length);
      return false;
    }
    const mark = this.#pending.toString('latin1', 0, Math.min(end, MAX_MARK_BYTES));
    const frame = /^@frame (\d{1,16})$/.exec(mark);
    const file = /^@file ([a-z]{1,32}) (\d{1,8})$/.exec(mark);
    const bytes = Number(file?.[2]);
    if (frame !== null) {
      frames.push(...this.#takeFrame());
      this.#t_ns = Number(frame[1]);
      this.#isLost = false;
    } else if (this.#isFileExpected() && bytes <= MAX_FILE_BYTES) {
      this.#expected = { name: file?.[1] ?? '', bytes };
    } else this.#lose(0, mark);
    this.#skip(end + 1);
    return true;
  }

  #isFileExpected(): boolean {
    return !this.#isLost && this.#t_ns !== null && this.#files.size < MAX_FILES;
  }

  #readFile({ name, bytes }: { readonly name: string; readonly bytes: number }): boolean {
    if (this.#pending.length <= bytes) return false;
    this.#expected = null;
    if (this.#pending[bytes] !== LINE_FEED) {
      this.#lose(0, `${name} is not as long as it says`);
      return true;
    }
    this.#files.set(name, this.#pending.toString('utf8', 0, bytes));
    this.#skip(bytes + 1);
    return true;
  }

  #takeFrame(): ProcFrame[] {
    const t_ns = this.#t_ns;
    const files = Object.fromEntries(this.#files);
    this.#t_ns = null;
    this.#files = new Map();
    return t_ns === null || Object.keys(files).length === 0 ? [] : [{ t_ns, files }];
  }

  #lose(bytes: number, mark = ''): void {
    if (!this.#isLost) this.#problem(mark === '' ? 'no mark' : mark);
    this.#isLost = true;
    this.#t_ns = null;
    this.#files = new Map();
    this.#skip(bytes);
  }

  #problem(text: string): void {
    if (this.#problems.length < MAX_PROBLEMS) {
      this.#problems.push({ offset: this.#offset, text: cleanLine(text, 80) });
    }
  }

  #skip(bytes: number): void {
    this.#pending = this.#pending.subarray(bytes);
    this.#offset += bytes;
  }
}
