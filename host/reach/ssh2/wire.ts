import { Duplex, type Readable, type Writable } from 'node:stream';

/** What a connection travels over: a TCP socket, or a tunnel that counts like one. */
export interface Wire extends Duplex {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/**
 * A pair of streams (a proxy command's pipes, a forwarded channel) as one stream that counts its
 * bytes.
 */
export class Tunnel extends Duplex implements Wire {
  bytesRead = 0;
  bytesWritten = 0;
  readonly #incoming: Readable;
  readonly #outgoing: Writable;
  readonly #onDestroy: () => void;

  constructor(incoming: Readable, outgoing: Writable, onDestroy: () => void) {
    super({ allowHalfOpen: false });
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#onDestroy = onDestroy;
    incoming.on('data', (chunk: Buffer) => {
      this.bytesRead += chunk.length;
      if (!this.push(chunk)) incoming.pause();
    });
    incoming.on('end', () => this.push(null));
    incoming.on('close', () => this.push(null));
    for (const stream of [incoming, outgoing]) stream.on('error', (error) => this.destroy(error));
  }

  override _read(): void {
    this.#incoming.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void) {
    this.bytesWritten += chunk.length;
    this.#outgoing.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#outgoing.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#onDestroy();
    done(error);
  }
}
