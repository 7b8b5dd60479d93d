import { Readable, Writable } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { RemoteExit, RemoteProcess } from '../link/link.ts';

export interface ProcessSurroundings {
  /** Settles when the connection is gone; a wanted `end()` gives undefined. */
  readonly linkClosed: Promise<Error | undefined>;
  /** What `exit` rejects with when the connection was lost. */
  lostError(cause: Error | undefined): Error;
  /** Collects the small packets of one write into few system calls. */
  burst(): void;
}

/** After `close()`, how long the other side may take to confirm before `exit` settles without it. */
const closeGraceMs = 500;

/** A running command as the seam wants it, free of the traps of ssh2's channel. */
export function remoteProcess(
  channel: ClientChannel,
  surroundings: ProcessSurroundings,
): RemoteProcess {
  const stdin = new ChannelInput(channel, surroundings);
  const stdout = new ChannelOutput(channel);
  const stderr = new ChannelOutput(channel.stderr);
  let settleEarly = () => {};
  const exit = new Promise<RemoteExit>((resolve, reject) => {
    let said: RemoteExit | undefined;
    settleEarly = () => resolve(said ?? { code: null, signal: null });
    channel.on('exit', (code: number | null, signal?: string) => {
      said = { code: code ?? null, signal: signal ?? null };
      stdin.shut('the remote command has ended');
    });
    channel.on('close', () => {
      stdin.shut('the remote command has ended');
      // A channel that closes without a word may be the first sign of a lost link; give that a moment to show.
      if (said) resolve(said);
      else setTimeout(settleEarly, 50).unref();
    });
    void surroundings.linkClosed.then((cause) => {
      stdin.shut('the connection is gone');
      if (said) resolve(said);
      else reject(surroundings.lostError(cause));
    });
  });
  // Whoever only reads the streams need not wait for the end.
  exit.catch(() => {});
  return {
    stdin,
    stdout,
    stderr,
    exit,
    close() {
      channel.close();
      stdin.shut('the remote command was closed');
      stdout.finish();
      stderr.finish();
      setTimeout(settleEarly, closeGraceMs).unref();
    },
  };
}

/**
 * The command's input. ssh2 never calls back for a write that the other side's closing overtook (its issue 1508);
 * here every pending write fails as soon as the command or the link has ended.
 */
class ChannelInput extends Writable {
  readonly #channel: ClientChannel;
  readonly #surroundings: ProcessSurroundings;
  #pending: ((error?: Error | null) => void) | undefined;
  #shutReason: string | undefined;

  constructor(channel: ClientChannel, surroundings: ProcessSurroundings) {
    super({ highWaterMark: 1024 * 1024 });
    this.#channel = channel;
    this.#surroundings = surroundings;
    // A broken pipe is told by `exit` and by write callbacks; it must not end the program.
    this.on('error', () => {});
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void) {
    if (this.#shutReason !== undefined) {
      done(this.#brokenPipe(this.#shutReason));
      return;
    }
    this.#pending = done;
    this.#surroundings.burst();
    this.#channel.write(chunk, (error) => this.#settle(error));
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#shutReason === undefined) this.#channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // The command must not wait for ever for input that will not come.
    if (this.#shutReason === undefined) this.#channel.end();
    done(error);
  }

  /** Fails the pending write and every later one. */
  shut(reason: string): void {
    if (this.#shutReason !== undefined) return;
    this.#shutReason = reason;
    this.#settle(this.#brokenPipe(reason));
  }

  #settle(error?: Error | null): void {
    const done = this.#pending;
    this.#pending = undefined;
    done?.(error);
  }

  #brokenPipe(reason: string): Error {
    return Object.assign(new Error(reason), { code: 'EPIPE' });
  }
}

/**
 * One output of the command. Destroying it (as `for await` does at its end) neither closes the channel, which would
 * lose the exit status, nor stalls it: what still comes is dropped.
 */
class ChannelOutput extends Readable {
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
