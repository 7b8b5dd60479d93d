import { Readable, Writable } from 'node:stream';

/** Where the input of a remote command goes; what a transport has of its own. */
export interface InputSink {
  write(chunk: Buffer, done: (error?: Error | null) => void): void;
  /** Tells the command that nothing more comes. */
  end(): void;
}

type WriteCallback = (error?: Error | null) => void;

/**
 * A remote command's input. Not every transport calls back for a write that the other side's
 * closing overtook (ssh2's issue 1508); here every pending write fails as soon as the command or
 * the link has ended.
 */
export class ProcessInput extends Writable {
  readonly #sink: InputSink;
  #pending: WriteCallback | undefined;
  #shutReason: string | undefined;

  constructor(sink: InputSink) {
    super({ highWaterMark: 1024 * 1024 });
    this.#sink = sink;
    // A broken pipe is told by `exit` and by write callbacks; it must not end the program.
    this.on('error', () => {});
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: WriteCallback): void {
    if (this.#shutReason !== undefined) {
      done(brokenPipe(this.#shutReason));
      return;
    }
    this.#pending = done;
    this.#sink.write(chunk, (error) => this.#settle(error));
  }

  override _final(done: WriteCallback): void {
    if (this.#shutReason === undefined) this.#sink.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // The command must not wait for ever for input that will not come.
    if (this.#shutReason === undefined) this.#sink.end();
    done(error);
  }

  /** Fails the pending write and every later one. */
  shut(reason: string): void {
    if (this.#shutReason !== undefined) return;
    this.#shutReason = reason;
    this.#settle(brokenPipe(reason));
  }

  #settle(error?: Error | null): void {
    const done = this.#pending;
    this.#pending = undefined;
    done?.(error);
  }
}

function brokenPipe(reason: string): Error {
  return Object.assign(new Error(reason), { code: 'EPIPE' });
}

/**
 * One output of a remote command. Destroying it (as `for await` does at its end) neither closes the
 * channel, which would lose the exit status, nor stalls it: what still comes is dropped.
 */
export class ProcessOutput extends Readable {
  readonly #source: Readable;
  #isFinished = false;

  constructor(source: Readable) {
    super({ highWaterMark: 256 * 1024 });
    this.#source = source;
    source.on('data', (chunk: Buffer) => {
      if (!this.#isFinished && !this.push(chunk)) source.pause();
    });
    source.on('end', () => this.finish());
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#isFinished = true;
    this.#source.resume();
    done(error);
  }

  /** Ends the stream now; what still comes is dropped. */
  finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.push(null);
    this.#source.resume();
  }
}
