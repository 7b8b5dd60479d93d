/**
 * A stream of random 32-bit integers of its own for every (seed, name): sfc32 by Chris
 * Doty-Humphrey (PractRand), seeded by FNV-1a. Integer arithmetic only, so the stream is the same
 * on every platform.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, name: string) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = fnv1a(name);
    // PractRand's own seeding discards twelve outputs so that near seeds part.
    for (let i = 0; i < 12; i++) this.nextUint32();
  }

  nextUint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** Uniform in [0, 1), a multiple of 2^-24: exact as float32. */
  nextUniform(): number {
    return (this.nextUint32() >>> 8) * 2 ** -24;
  }
}

/** 32-bit FNV-1a (Fowler, Noll, Vo) over UTF-8. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash | 0;
}
