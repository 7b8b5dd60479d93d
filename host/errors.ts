import { type CleanText, cleanText } from '../agent/contract/clean-text.ts';

/** Exit codes of the program; the README's table is checked against this one. */
export const exitCodes = {
  ok: 0,
  bug: 1,
  usage: 2,
  someBoardsFailed: 3,
  /**
   * No cell was measured, or the run was cut, died or lost its board; what there is of it is saved.
   */
  boardFailed: 4,
  failIf: 5,
  hostKey: 6,
  /** The terminal was closed (SIGHUP); a run on a board goes on. */
  hungUp: 129,
  /** Ctrl-C: the run was stopped or left, as the person said. */
  interrupted: 130,
  /** SIGTERM; a run on a board goes on. */
  terminated: 143,
} as const;

/** Every way in which we say that something failed. */
export type ErrorCode =
  | 'usage'
  | 'config'
  | 'unknown-host'
  | 'unreachable'
  | 'connect-timeout'
  | 'connection-lost'
  | 'auth-failed'
  | 'auth-unsupported'
  | 'ssh-unsupported'
  | 'proxy-failed'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'forced-command'
  | 'remote-command'
  | 'unsupported-board'
  | 'glibc-too-old'
  | 'no-base-directory'
  | 'base-refused'
  | 'board-silent'
  | 'missing-tool'
  | 'no-space'
  | 'push-failed'
  | 'runtime-unavailable'
  | 'board-busy'
  | 'board-reserved'
  | 'clocks-not-locked'
  | 'not-permitted'
  | 'interrupts-moved'
  | 'agent-failed'
  | 'protocol-mismatch'
  | 'journal-damaged'
  | 'journal-too-large'
  | 'model-unreadable'
  | 'model-unsupported'
  | 'model-refused'
  | 'external-data-missing'
  | 'free-dimension'
  | 'input-mismatch'
  | 'data-unreadable'
  | 'results-unreadable'
  | 'results-unwritable'
  | 'run-unknown'
  | 'runs-uncollected'
  | 'cancelled';

const exitCodeOf: Partial<Record<ErrorCode, number>> = {
  usage: exitCodes.usage,
  config: exitCodes.usage,
  'model-unreadable': exitCodes.usage,
  'model-unsupported': exitCodes.usage,
  'external-data-missing': exitCodes.usage,
  'free-dimension': exitCodes.usage,
  'input-mismatch': exitCodes.usage,
  'data-unreadable': exitCodes.usage,
  'results-unreadable': exitCodes.usage,
  'results-unwritable': exitCodes.usage,
  'run-unknown': exitCodes.usage,
  'host-key-unknown': exitCodes.hostKey,
  'host-key-changed': exitCodes.hostKey,
  'host-key-revoked': exitCodes.hostKey,
  cancelled: exitCodes.interrupted,
};

export interface OrinErrorDetails {
  readonly code: ErrorCode;
  /** What failed and where, one line, no full stop: `cannot connect to orin.local port 22`. */
  readonly what: string;
  /** Why, in the words of whoever refused. */
  readonly why?: string;
  /** What to do next: a command where there is one. */
  readonly next?: string;
  /** The board as the person named it. */
  readonly board?: string;
  readonly cause?: unknown;
}

const MAX_LENGTH = 4000;
const clean = (text: string) => cleanText(text, MAX_LENGTH);

/**
 * The one error that people see: what failed and where, why, what to do next. Names and words of
 * boards and files go into it as they are, and come out clean.
 */
export class OrinError extends Error {
  readonly code: ErrorCode;
  readonly why: CleanText | undefined;
  readonly next: CleanText | undefined;
  readonly board: CleanText | undefined;
  readonly exitCode: number;

  constructor(details: OrinErrorDetails) {
    super(clean(details.what), { cause: details.cause });
    this.name = 'OrinError';
    this.code = details.code;
    this.why = details.why === undefined ? undefined : clean(details.why);
    this.next = details.next === undefined ? undefined : clean(details.next);
    this.board = details.board === undefined ? undefined : clean(details.board);
    this.exitCode = exitCodeOf[details.code] ?? exitCodes.boardFailed;
  }
}
