/** Reads the SSH wire types of RFC 4251 §5 from untrusted bytes. */
export class SshReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** @throws RangeError past the end. */
  uint32(): number {
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  /** A length-prefixed byte string. @throws RangeError when the length passes the end. */
  string(): Buffer {
    const length = this.uint32();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('ssh string longer than its packet');
    const value = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return value;
  }
}

/**
 * Whether a public key blob is its type and at least one field more, and ends where the last field
 * does.
 */
export function isWholeKey(blob: Buffer): boolean {
  try {
    const reader = new SshReader(blob);
    let fields = 0;
    for (; !reader.isAtEnd; fields++) reader.string();
    return fields > 1;
  } catch {
    return false;
  }
}

/** The key type that a public key blob names in its first field, or null when it is no key. */
export function keyTypeOf(blob: Buffer): string | null {
  try {
    return new SshReader(blob).string().toString('latin1');
  } catch {
    return null;
  }
}
