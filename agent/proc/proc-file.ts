import { closeSync, openSync, readSync } from 'node:fs';

/** A /proc file that is read again and again: kept open, into one buffer, without allocation. */
export class ProcFile {
  readonly #fd: number;
  readonly #buffer: Buffer;

  /** Opens `path`; content beyond `capacityBytes` is left out. Throws when it cannot be opened. */
  constructor(path: string, capacityBytes: number) {
    this.#fd = openSync(path, 'r');
    this.#buffer = Buffer.alloc(capacityBytes);
  }

  /** The content as it is now: a view that the next `read` overwrites. */
  read(): Buffer {
    let length = 0;
    while (length < this.#buffer.length) {
      // The kernel gives at most a page or so at once; reading at 0 makes it compute the file anew.
      const got = readSync(this.#fd, this.#buffer, length, this.#buffer.length - length, length);
      if (got === 0) break;
      length += got;
    }
    return this.#buffer.subarray(0, length);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
