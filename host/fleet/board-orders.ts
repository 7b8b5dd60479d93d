/**
 * What a person orders of single boards while a fleet run goes on: to stop one, or to measure again
 * on one that gave nothing. A board that has settled waits for such an order, and the fleet run
 * with it, until `close`.
 */
export class BoardOrders {
  readonly #turns = new Map<string, AbortController>();
  readonly #wanted = new Set<string>();
  readonly #waiting = new Map<string, (isAgain: boolean) => void>();
  #isClosed = false;

  /**
   * Stops the board's run, keeping what it measured, or takes the board out of its lane. The others
   * go on.
   */
  stop(board: string): void {
    this.#turns.get(board)?.abort(new DOMException(`${board} was stopped`, 'AbortError'));
  }

  /** Has a board that has settled go through all lanes again. */
  retry(board: string): void {
    const wake = this.#waiting.get(board);
    // One that has only just failed is still being written down.
    if (wake === undefined) this.#wanted.add(board);
    else wake(true);
  }

  /** No order comes any more: boards that have settled are done. */
  close(): void {
    this.#isClosed = true;
    for (const wake of [...this.#waiting.values()]) wake(false);
  }

  /**
   * For the engine: the signal of the board's next turn, which fires with `all` or at its own
   * order.
   */
  turn(board: string, all: AbortSignal): AbortSignal {
    const own = new AbortController();
    this.#turns.set(board, own);
    return AbortSignal.any([all, own.signal]);
  }

  /**
   * For the engine: whether the board, which has settled, is to go again. Any of the signals ends
   * the wait.
   */
  async again(board: string, ends: readonly AbortSignal[]): Promise<boolean> {
    this.#turns.delete(board);
    const isWanted = this.#wanted.delete(board);
    if (this.#isClosed || ends.some((signal) => signal.aborted)) return false;
    if (isWanted) return true;
    const end = () => this.#waiting.get(board)?.(false);
    for (const signal of ends) signal.addEventListener('abort', end, { once: true });
    const isAgain = await new Promise<boolean>((resolve) => this.#waiting.set(board, resolve));
    this.#waiting.delete(board);
    for (const signal of ends) signal.removeEventListener('abort', end);
    return isAgain;
  }
}
