import { setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from '../../agent/contract/plan.ts';
import type { Spool } from '../archive/journal-spool.ts';
import { type ErrorCode, OrinError } from '../errors.ts';
import { runDepths } from '../journal/run-depth.ts';
import { RunFold } from '../journal/run-fold.ts';
import type { RunChange } from '../journal/run-state.ts';
import { type BoardLimits, boardLimits } from '../link/board-limits.ts';
import type { Link } from '../link/link.ts';
import { longestBuildingMs, longestMs } from '../plan/effort.ts';
import { boardSilent, exitOf, whileHeard } from '../shell/silence.ts';
import { hasNothingNew } from './ask-after-run.ts';
import { requestCancel } from './cancel.ts';
import { type Connection, isClosed } from './connection.ts';
import type { FollowRequest } from './follow-request.ts';
import { openJournal } from './journal-bytes.ts';
import { followRun, type JournalStream } from './launch.ts';
import { backOff } from './reconnect.ts';

export interface StartedRun {
  readonly connection: Connection;
  /** The journal as it comes from the launch; null for a run that was started before. */
  readonly stream: JournalStream | null;
  /** The directory of ours on the board. */
  readonly base: string;
  readonly plan: Plan;
  /** Where the journal goes; empty yet. */
  readonly spool: Spool;
  /** SHA-256 of the journals of earlier segments, by name, as they lie in the spool's directory. */
  readonly earlier: ReadonlyMap<string, string>;
  /** Called once, when the board gives the journal for the first time: the run is there. */
  readonly onOpened?: () => void;
}

/** A run as far as it could be followed. */
export interface FollowedRun extends Omit<StartedRun, 'stream' | 'onOpened'> {
  /**
   * `bye`: to its last event; `died`: its supervisor is gone and left none; `left`: it goes on
   * without us; `lost`: the board was not reached again for longer than the run can take; `gone`:
   * somebody removed it there.
   */
  readonly end: 'bye' | 'died' | 'left' | 'lost' | 'gone';
}

/** Beyond the longest that the run can take, for a board that is slow to come back. */
const RECONNECT_GRACE_MS = 10 * 60_000;
/** Before a supervisor that was not there to be stopped is looked for again. */
const CANCEL_AGAIN_MS = 500;

/**
 * Streams the journal to its end. A lost connection is followed by another and continues at the
 * next byte: the run goes on without us. When the request's signal fires the run is asked to stop,
 * and its last events are still waited for; when `leave` fires, or `isEnough` says so of a change,
 * following ends and the run does not.
 * @throws OrinError `results-unwritable`, `agent-failed`, `run-unknown`, `remote-command` when the
 *   board cannot read the journal, `board-silent` when it says nothing or nothing new,
 *   `journal-too-large`, and what `reconnect` throws.
 */
export async function followToEnd(
  request: FollowRequest,
  start: StartedRun,
  isEnough: (change: RunChange) => boolean = () => false,
): Promise<FollowedRun> {
  const { connection, plan, base, spool, earlier } = start;
  const follower = new Follower(request, start, isEnough);
  const { limits = boardLimits } = request;
  let { stream } = start;
  let fruitless = 0;
  for (;;) {
    const before = spool.bytes;
    const end = await follower.drain(connection.link, stream);
    if (end !== 'lost' && end !== 'ended-early')
      return { connection, base, plan, spool, earlier, end };
    stream = null;
    fruitless = spool.bytes > before ? 0 : fruitless + 1;
    if (fruitless > limits.fruitlessTries) throw nothingNew(request.board, plan.runId, fruitless);
    // The first loss of a connection is a hiccup, and looked after at once.
    const pauses = end === 'lost' ? fruitless - 1 : Math.max(1, fruitless);
    if (pauses > 0) await backOff(pauses, request.leave, limits.firstPauseMs);
    if (end === 'lost' && !(await follower.connectAgain())) {
      return { connection, base, plan, spool, earlier, end: follower.endWithoutLink };
    }
  }
}

function nothingNew(board: string, runId: string, tries: number): OrinError {
  return new OrinError({
    code: 'board-silent',
    what: `${board} gave nothing new of run ${runId} in ${tries} tries (follow)`,
    why: 'the command that reads its journal ends, or its connection is lost, before a new byte comes',
    next: `the run stays on the board: orin-remote attach ${board} ${runId}`,
    board,
  });
}

type StreamEnd = FollowedRun['end'] | 'ended-early';

class Follower {
  readonly #request: FollowRequest;
  readonly #start: StartedRun;
  readonly #isEnough: (change: RunChange) => boolean;
  readonly #fold: RunFold;
  /** Of the boot in which the run was started. */
  #bootId: string | null = null;
  #isOpened = false;

  constructor(request: FollowRequest, start: StartedRun, isEnough: (change: RunChange) => boolean) {
    this.#request = request;
    this.#start = start;
    this.#isEnough = isEnough;
    this.#fold = new RunFold(start.plan, request.depth ?? runDepths.lines);
  }

  get #limits(): BoardLimits {
    return this.#request.limits ?? boardLimits;
  }

  get endWithoutLink(): 'left' | 'lost' {
    return this.#request.leave.aborted ? 'left' : 'lost';
  }

  /** Follows one stream as far as it goes; opens it first where there is none. */
  async drain(link: Link, opened: JournalStream | null): Promise<StreamEnd> {
    const { base, plan, spool } = this.#start;
    const stopCancelling = this.#cancelWhenAsked(link);
    try {
      if (opened !== null) return await this.#read(link, opened, 'launch');
      const stream = await followRun(link, base, plan, spool.bytes, this.#limits);
      return await this.#read(link, stream, 'follow');
    } catch (error) {
      const code = error instanceof OrinError ? error.code : null;
      if (code === 'run-unknown' && spool.bytes > 0) return 'gone';
      if (code !== null && isFinal(code)) throw error;
      // Whatever else a dying connection is called on the way, also a run that did not start.
      if (await isClosed(link)) return this.endWithoutLink;
      throw error;
    } finally {
      stopCancelling();
    }
  }

  /** False when the board was not reached again. */
  async connectAgain(): Promise<boolean> {
    const { connection, plan } = this.#start;
    const { effort, cells } = plan;
    return await connection.renew({
      // From now on, because nobody here knows how far the run is.
      withinMs: longestMs(effort, cells.length) + longestBuildingMs(cells) + RECONNECT_GRACE_MS,
      lost: 'connection lost, run goes on; reconnecting…',
      again: 'connected again; nothing of the run is lost',
    });
  }

  async #read(link: Link, stream: JournalStream, phase: 'launch' | 'follow'): Promise<StreamEnd> {
    const { leave, board } = this.#request;
    const { launchMs, startMs, followMs } = this.#limits;
    const forMs = phase === 'launch' ? launchMs : startMs;
    const step = `following run ${this.#start.plan.runId}`;
    const close = () => stream.process.close();
    leave.addEventListener('abort', close, { once: true });
    if (leave.aborted) close();
    try {
      const silence = { board, phase, step, forMs };
      const journal = await openJournal(stream, silence).catch((error: unknown) => {
        if (leave.aborted) return null;
        throw error;
      });
      if (journal === null) return 'left';
      if (!this.#isOpened) this.#start.onOpened?.();
      this.#isOpened = true;
      const onSilence = (quietMs: number) => this.#askAfterRun(link, stream, quietMs);
      for await (const chunk of whileHeard(journal.bytes, followMs, onSilence)) {
        const isEnough = await this.#take(chunk);
        if (this.#start.spool.hasEnded) return 'bye';
        if (isEnough) return 'left';
      }
      if (leave.aborted) return 'left';
      await exitOf(stream.process);
      // Not by the exit status: it may overtake the last bytes, and then a cut loses those alone.
      const { finalBytes } = journal;
      if (finalBytes === null || this.#start.spool.bytes < finalBytes) return 'ended-early';
      this.#tellDeath(journal.bootId);
      return 'died';
    } finally {
      leave.removeEventListener('abort', close);
      close();
    }
  }

  /**
   * A run without telemetry may write nothing for hours. One that is alive and has written no more
   * than came is waited for; a stream that holds back what was written, or a run that is over, is a
   * stream to be opened again.
   */
  async #askAfterRun(link: Link, stream: JournalStream, quietMs: number): Promise<void> {
    const { base, plan, spool } = this.#start;
    const { followMs, quietMs: longestMs, startMs } = this.#limits;
    try {
      if (quietMs > longestMs) throw this.#silent(quietMs);
      const isQuiet = await hasNothingNew(
        link,
        { base, plan, bytes: spool.bytes },
        {
          timeoutMs: startMs,
          signal: this.#request.leave,
        },
      );
      if (!isQuiet) stream.process.close();
      else if (quietMs === followMs) {
        const minutes = Math.round(quietMs / 60_000);
        this.#note(`nothing came for ${minutes} min; the run is alive and has nothing to say`);
      }
    } catch (error) {
      stream.process.close();
      if (this.#request.leave.aborted) return;
      const isMute = error instanceof OrinError && error.code === 'remote-command';
      throw isMute ? this.#silent(quietMs + startMs) : error;
    }
  }

  #silent(forMs: number): OrinError {
    const { runId } = this.#start.plan;
    const step = `following run ${runId}`;
    return boardSilent({ board: this.#request.board, phase: 'follow', step, forMs });
  }

  async #take(chunk: Buffer): Promise<boolean> {
    let isEnough = false;
    for (const event of await this.#start.spool.append(chunk)) {
      if (event.kind === 'hello') this.#bootId = event.bootId;
      const step = this.#fold.add(event);
      this.#request.listener({ kind: 'journal', ...step });
      isEnough ||= this.#isEnough(step.change);
    }
    return isEnough;
  }

  #tellDeath(bootId: string): void {
    const isRebooted = this.#bootId !== null && bootId !== '' && bootId !== this.#bootId;
    const why = isRebooted ? 'the board was restarted' : 'its supervisor was killed';
    this.#note(`the run was cut at event ${this.#start.spool.events}: ${why}`);
  }

  /**
   * A signal that fires, or has fired, asks the supervisor to stop; the journal then ends by
   * itself.
   */
  #cancelWhenAsked(link: Link): () => void {
    const { signal } = this.#request;
    const over = new AbortController();
    const cancel = () => {
      this.#cancel(link, over.signal).catch((error: unknown) => {
        // It will be asked again when the connection is back.
        if (error instanceof OrinError && error.code === 'connection-lost') return;
        const why = error instanceof Error ? error.message : String(error);
        this.#note(`the run could not be asked to stop: ${why}`);
      });
    };
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    return () => {
      signal.removeEventListener('abort', cancel);
      over.abort();
    };
  }

  /** A supervisor that is only just starting is not there to be asked yet. */
  async #cancel(link: Link, over: AbortSignal): Promise<void> {
    const { base, plan } = this.#start;
    while (!over.aborted && !(await requestCancel(link, base, plan.runId))) {
      await sleep(CANCEL_AGAIN_MS, undefined, { signal: over }).catch(() => undefined);
    }
  }

  #note(text: string): void {
    this.#request.listener({ kind: 'note', text });
  }
}

/** Errors that no other connection would mend. */
function isFinal(code: ErrorCode): boolean {
  return ['run-unknown', 'results-unwritable', 'journal-too-large'].includes(code);
}
