import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { holderText, refuseBusyBoard, reservationText } from '../board/busy-board.ts';
import type { BoardFacts } from '../board/facts.ts';
import { type BoardHolders, holdersOf } from '../board/holders.ts';
import { bootIdOf, type Probe, probeBoard } from '../board/probe.ts';
import { readAnswer } from '../board/probe-answer.ts';
import { watchHoldersScript } from '../board/probe-script.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { lastBytes, newMarker } from '../shell/marked-output.ts';
import { sh } from '../shell/sh.ts';
import type { BenchRequest } from './bench-request.ts';
import { isClosed } from './connection.ts';

/** A board that answers, and what the newest probe saw. */
export interface BoardAtHand {
  readonly link: Link;
  readonly probe: Probe;
}

type TurnRequest = Pick<
  BenchRequest,
  'board' | 'owner' | 'waitMs' | 'signal' | 'leave' | 'connect' | 'listener'
>;

/**
 * Between two looks at a board that is busy: every one costs whoever measures there a few short
 * processes.
 */
const LOOK_EVERY_S = 5;
/**
 * A look is a few hundred bytes; noise of a login script before the first one is far below this.
 */
const MAX_LOOK_BYTES = 512 * 1024;
const RECONNECT_MS = 5_000;

/**
 * A benchmark's turns on its board; the waiting of all of them together is bounded by the request.
 */
export class Turns {
  readonly #request: TurnRequest;
  readonly #untilMs: number;

  constructor(request: TurnRequest) {
    this.#request = request;
    this.#untilMs = performance.now() + request.waitMs;
  }

  /** How much longer may be waited. */
  get leftMs(): number {
    return this.#request.waitMs === 0 ? 0 : Math.max(0, this.#untilMs - performance.now());
  }

  /**
   * Waits until nobody else has the board, where waiting was asked for; tells who has it at once
   * and whenever that changes. Nothing of ours is on the board meanwhile but one shell, which ends
   * with the connection. A reservation of somebody else is only told where nothing is waited for:
   * it binds nobody.
   * @returns the board with a probe of the moment at which it was free, over another connection
   *   where one was lost.
   * @throws OrinError `board-busy` when it is not free in time.
   */
  async wait(board: BoardAtHand): Promise<BoardAtHand> {
    const request = this.#request;
    const { facts } = board.probe;
    const held = this.#heldBy(facts);
    if (held === null) return board;
    if (request.waitMs === 0) {
      refuseBusyBoard(facts.lock, request.board, true);
      request.listener({ kind: 'note', text: `${held}; going on, because nobody else measures` });
      return board;
    }
    let { link, probe } = board;
    let last: string | null = null;
    const tell = (holders: BoardHolders) => {
      const now = this.#heldBy(holders);
      const who = now === null ? null : withoutMinutes(now);
      if (now !== null && who !== last) request.listener({ kind: 'turn', heldBy: now });
      last = who;
      return now === null;
    };
    tell({ lock: facts.lock, reservation: facts.reservation ?? null });
    const deadline = AbortSignal.timeout(Math.max(1, Math.ceil(this.leftMs)));
    const given = AbortSignal.any([request.signal, request.leave]);
    const signal = AbortSignal.any([given, deadline]);
    for (;;) {
      if (!(await this.#look(link, probe.facts, tell, signal))) {
        link = await this.#pause(link, signal);
      }
      given.throwIfAborted();
      if (deadline.aborted) throw this.#notInTime(last);
      const now = await this.#probe(link);
      if (now === null) continue;
      probe = now;
      if (tell({ ...now.facts, reservation: now.facts.reservation ?? null })) {
        request.listener({ kind: 'turn', heldBy: null });
        return { link, probe };
      }
    }
  }

  /** True when somebody took the board since the probe; one short command. */
  async isTaken(link: Link): Promise<boolean> {
    const { facts } = await probeBoard(link, { signal: this.#request.signal });
    return facts.lock?.isAlive === true;
  }

  #heldBy({ lock, reservation }: Pick<BoardFacts, 'lock' | 'reservation'>): string | null {
    if (lock?.isAlive) return holderText(lock);
    if (!reservation || reservation.owner === this.#request.owner) return null;
    return reservationText(reservation);
  }

  /** Looks until the board seems free; false when the looking ended before, for whatever reason. */
  async #look(
    link: Link,
    facts: BoardFacts,
    isFree: (holders: BoardHolders) => boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      return await watchOnce(link, facts, isFree, signal);
    } catch (error) {
      if (signal.aborted || (await isLost(link, error))) return false;
      throw error;
    }
  }

  /**
   * Waits a little before the next look; over another connection where this one is closed, which is
   * then ended.
   */
  async #pause(link: Link, signal: AbortSignal): Promise<Link> {
    await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted || !(await isClosed(link))) return link;
    await link.end().catch(() => undefined);
    return await this.#request.connect(signal).catch((error: unknown) => {
      if (signal.aborted || isPassing(error)) return link;
      throw error;
    });
  }

  /** Null when the connection was lost meanwhile. */
  async #probe(link: Link): Promise<Probe | null> {
    const { signal } = this.#request;
    try {
      return await probeBoard(link, { signal });
    } catch (error) {
      if (!signal.aborted && (await isLost(link, error))) return null;
      throw error;
    }
  }

  #notInTime(last: string | null): OrinError {
    const { board, waitMs } = this.#request;
    return new OrinError({
      code: 'board-busy',
      what: `${board} was not free within ${Math.round(waitMs / 1000)} s`,
      why: last ?? 'others have it',
      next: 'wait longer with --wait, or take another board',
      board,
    });
  }
}

async function isLost(link: Link, error: unknown): Promise<boolean> {
  return (error instanceof OrinError && error.code === 'connection-lost') || (await isClosed(link));
}

function isPassing(error: unknown): boolean {
  const codes = ['connection-lost', 'unreachable', 'connect-timeout', 'proxy-failed'];
  return error instanceof OrinError && codes.includes(error.code);
}

/** What stays the same while the minutes of a reservation run down. */
function withoutMinutes(text: string): string {
  return text.replace(/ for [^,]+ more,/u, '');
}

/**
 * True when the board seems free, or was restarted: a probe then tells; false when the looking
 * ended before.
 */
async function watchOnce(
  link: Link,
  facts: BoardFacts,
  isFree: (holders: BoardHolders) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const mark = newMarker();
  const script = watchHoldersScript(facts.base.path, mark, LOOK_EVERY_S);
  const process = await link.start(sh(script), signal);
  const close = () => process.close();
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  process.stdin.end();
  const stderr = lastBytes(process.stderr, 4096);
  try {
    for await (const look of looks(process.stdout, `${mark}look\n`)) {
      const answer = readAnswer(look);
      // Of another boot neither the lock's nor the clock that the probe read holds any more.
      const boot = answer.first('boot');
      if (boot !== null && bootIdOf(boot) !== facts.bootId) return true;
      if (isFree(holdersOf(answer, facts.bootId, facts.clock))) return true;
    }
    return false;
  } finally {
    signal.removeEventListener('abort', close);
    close();
    process.exit.catch(() => undefined);
    await stderr;
  }
}

async function* looks(stdout: Readable, end: string): AsyncGenerator<string> {
  // A character may be cut between two chunks.
  const decoder = new StringDecoder('utf8');
  let text = '';
  for await (const chunk of stdout) {
    text += decoder.write(chunk as Buffer);
    for (let at = text.indexOf(end); at >= 0; at = text.indexOf(end)) {
      yield text.slice(0, at);
      text = text.slice(at + end.length);
    }
    if (text.length > MAX_LOOK_BYTES) return;
  }
}
