/** Numbers appended one at a time, kept in one typed array that doubles when it is full. */
export class GrowableColumn {
  #values = new Float64Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(Math.max(256, this.#values.length * 2));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** A column of the same values, each larger by that much. */
  plus(amount: number): GrowableColumn {
    const sum = new GrowableColumn();
    for (const value of this.view()) sum.push(value + amount);
    return sum;
  }

  /** The values so far: a view, not a copy. */
  view(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
