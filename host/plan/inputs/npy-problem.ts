/** Why bytes are no array that we can use, and what would help. */
export class NpyProblem extends Error {
  readonly next: string | undefined;

  constructor(why: string, next?: string) {
    super(why);
    this.next = next;
  }
}
