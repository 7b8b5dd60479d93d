import { setTimeout as sleep } from 'node:timers/promises';
import type { Link } from '../link/link.ts';
import type { FollowRequest } from './follow-request.ts';
import { reconnect } from './reconnect.ts';

/** What takes the place of a lost connection, and how that is told. */
export interface Renewal {
  /** For how long the board is looked for. */
  readonly withinMs: number;
  /** What was under way: `connection lost while collecting the run`. */
  readonly lost: string;
  readonly again: string;
  /** Ends the looking, beside the request's `leave`. */
  readonly signal?: AbortSignal;
}

/** After a failure, how long its connection may take to be known as closed. */
const NOTICE_MS = 1_000;

/** The connection to a board; another takes its place when it is lost. */
export class Connection {
  readonly #request: FollowRequest;
  #link: Link;
  #isLost = false;

  constructor(request: FollowRequest, link: Link) {
    this.#request = request;
    this.#link = link;
  }

  /** The one that is open; the last that was, where `isLost`. */
  get link(): Link {
    return this.#link;
  }

  /** The board was not reached again. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Another was opened elsewhere, while the board was waited for. */
  take(link: Link): void {
    this.#link = link;
  }

  /** Opens another, however many tries it takes; false when the time is over or the person left. */
  async renew({ withinMs, lost, again, signal }: Renewal): Promise<boolean> {
    if (this.#isLost) return false;
    this.#note(lost);
    const { leave } = this.#request;
    const request = signal
      ? { ...this.#request, leave: AbortSignal.any([leave, signal]) }
      : this.#request;
    const link = await reconnect(request, Date.now() + withinMs);
    this.#isLost = link === null;
    if (link === null) return false;
    this.#link = link;
    this.#note(again);
    return true;
  }

  /**
   * Does work that may be begun anew: from its beginning on every connection that takes the place of one that was
   * lost meanwhile.
   * @throws what the work threw, on a connection that holds or when there is no other; and what `reconnect` throws.
   */
  async use<T>(work: (link: Link) => Promise<T>, renewal: Renewal): Promise<T> {
    for (;;) {
      try {
        return await work(this.#link);
      } catch (error) {
        if (renewal.signal?.aborted || !(await isClosed(this.#link))) throw error;
        if (!(await this.renew(renewal))) throw error;
      }
    }
  }

  #note(text: string): void {
    this.#request.listener({ kind: 'note', text });
  }
}

/** Whether the connection is gone; a failure may be known a moment before that is. */
export async function isClosed(link: Link): Promise<boolean> {
  const notYet = Symbol('open');
  return (await Promise.race([link.closed, sleep(NOTICE_MS, notYet, { ref: false })])) !== notYet;
}
