import { setTimeout as sleep } from 'node:timers/promises';
import type { Link } from '../link/link.ts';
import type { FollowRequest } from './follow-request.ts';
import { reconnect, type Search, searchFor } from './reconnect.ts';

/** What takes the place of a lost connection, and how that is told. */
export interface Renewal {
  /** For how long the board is looked for, over all losses between which nothing got on. */
  readonly withinMs: number;
  /** What was under way: `connection lost while collecting the run`. */
  readonly lost: string;
  readonly again: string;
  /** Ends the looking, beside the request's `leave`. */
  readonly signal?: AbortSignal;
  /**
   * Another number than at the last loss says that the work got on meanwhile; absent where it
   * always begins anew.
   */
  readonly progress?: () => number;
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
  async renew(renewal: Renewal, search = searchFor(renewal.withinMs)): Promise<boolean> {
    const { lost, again, signal } = renewal;
    if (this.#isLost) return false;
    this.#note(lost);
    const { leave } = this.#request;
    const request = signal
      ? { ...this.#request, leave: AbortSignal.any([leave, signal]) }
      : this.#request;
    const link = await reconnect(request, search);
    this.#isLost = link === null;
    if (link === null) return false;
    this.#link = link;
    this.#note(again);
    return true;
  }

  /**
   * Does work that may be begun anew: from its beginning on every connection that takes the place
   * of one that was lost meanwhile. Work that only ever loses its connection is given up when the
   * time for looking is over.
   * @throws what the work threw, on a connection that holds or when there is no other; and what
   *   `reconnect` throws.
   */
  async use<T>(work: (link: Link) => Promise<T>, renewal: Renewal): Promise<T> {
    let search: Search | null = null;
    let progress = renewal.progress?.();
    for (;;) {
      try {
        return await work(this.#link);
      } catch (error) {
        if (renewal.signal?.aborted || !(await isClosed(this.#link))) throw error;
        const now = renewal.progress?.();
        if (search === null || now !== progress) search = searchFor(renewal.withinMs);
        progress = now;
        if (!(await this.renew(renewal, search))) throw error;
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
