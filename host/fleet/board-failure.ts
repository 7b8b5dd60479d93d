import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { Result } from '../analysis/result/result.ts';
import { type Shortfall, shortfallOf } from '../analysis/verdict/shortfall.ts';
import { type ErrorCode, OrinError } from '../errors.ts';

/** Why a board has no result, as it is kept and shown. */
export interface BoardFailure {
  /**
   * An `ErrorCode`, `bug` for what should not happen, `no-numbers` for a run of which no cell gave
   * any.
   */
  readonly code: string;
  readonly what: string;
  readonly why: string | null;
  readonly next: string | null;
  /** The board never answered: nothing is known to be wrong with it. */
  readonly isUnreachable: boolean;
}

const unreachableCodes: ReadonlySet<ErrorCode> = new Set([
  'unknown-host',
  'unreachable',
  'connect-timeout',
  'proxy-failed',
  'connection-lost',
]);

/** @param wasConnected whether the board answered before it failed. */
export function failureOf(error: unknown, wasConnected: boolean): BoardFailure {
  if (error instanceof OrinError) {
    return {
      code: error.code,
      what: cleanLine(error.message),
      why: error.why === undefined ? null : cleanLine(error.why),
      next: error.next === undefined ? null : cleanLine(error.next),
      isUnreachable: !wasConnected && unreachableCodes.has(error.code),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'bug',
    what: cleanLine(message),
    why: 'this is a bug of orin-remote',
    next: null,
    isUnreachable: false,
  };
}

/** Why a run that was saved is no whole result; null when it is one. */
export function failureInResult(result: Result): BoardFailure | null {
  const shortfall = shortfallOf(result);
  if (shortfall === null) return null;
  return {
    ...shortfallWords[shortfall],
    why: shortfall === 'cut' ? 'the board or the supervisor died' : reasonOf(shortfall, result),
    next: `orin-remote results show ${result.run_id}`,
    isUnreachable: false,
  };
}

const shortfallWords = {
  cut: { code: 'run-cut', what: 'the run was cut' },
  failed: { code: 'run-failed', what: 'the run ended before its plan was done' },
  'no-numbers': { code: 'no-numbers', what: 'no cell gave a number' },
} as const satisfies Record<Shortfall, Pick<BoardFailure, 'code' | 'what'>>;

/** What the supervisor said, or what ails the first cell without a number. */
function reasonOf(shortfall: Shortfall, { run, cells }: Result): string | null {
  if (shortfall === 'failed' && run.error !== undefined) return run.error;
  return cells.find(({ verdict }) => verdict.kind === 'INVALID')?.verdict.reason ?? null;
}

/** Boards that failed in the same way. */
export interface FailureGroup {
  readonly boards: readonly string[];
  /** Of the first board; its name is not in `cause`. */
  readonly failure: BoardFailure;
  /** What they have in common, in words. */
  readonly cause: string;
}

/**
 * Failures by their cause, the most frequent first: one broken library on forty boards is one line.
 */
export function groupFailures(
  failed: readonly { readonly name: string; readonly failure: BoardFailure }[],
): readonly FailureGroup[] {
  const groups = new Map<string, { boards: string[]; failure: BoardFailure; cause: string }>();
  for (const { name, failure } of failed) {
    const cause = causeOf(name, failure);
    const key = `${failure.isUnreachable}|${failure.code}|${withoutNumbers(cause)}`;
    const group = groups.get(key) ?? { boards: [], failure, cause };
    group.boards.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.boards.length - a.boards.length);
}

function causeOf(name: string, { what, why }: BoardFailure): string {
  const words = why === null || why === '' ? what : `${what}: ${why}`;
  return words
    .replaceAll(name, 'the board')
    .replace(/ (?:on|to|of) the board\b/gu, '')
    .trim();
}

/** Addresses, ports, pids and run ids differ from board to board and say nothing of the cause. */
function withoutNumbers(text: string): string {
  return text.replace(/\b\d{8}-\d{6}-[0-9a-f]{6}\b/gu, '#').replace(/\d+/gu, '#');
}
