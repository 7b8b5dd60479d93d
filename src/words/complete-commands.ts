import { OrinError } from '../../host/errors.ts';
import { shellWord } from '../../host/link/shell-word.ts';

/**
 * What commands that are advised must say beyond what is known below: how the board was reached,
 * and which run it is.
 */
export interface GivenCommand {
  /** As the person named the board; absent where no board is reached. */
  readonly host?: string;
  /** Arguments that say how it was reached. */
  readonly reachedBy?: readonly string[];
  readonly runId?: string;
}

const hostVerbs = 'attach|bench|cancel|clean|doctor|irq|runs|runtime (?:check|list)';

/**
 * Advice as it can be pasted: commands for this board carry the options by which it was reached,
 * and HOST and RUN are what they stand for.
 */
export function completeCommands(text: string, given: GivenCommand): string {
  if (!text.includes('orin-remote ')) return text;
  const { host, reachedBy = [], runId } = given;
  const reached = host === undefined ? text : reachedAs(text, host, reachedBy);
  if (runId === undefined) return reached;
  return reached.replace(
    /(orin-remote [^;,)]*?)\bRUN\b/g,
    (_, before: string) => before + shellWord(runId),
  );
}

function reachedAs(text: string, host: string, reachedBy: readonly string[]): string {
  const names = [host, shellWord(host), 'HOST'].map((name) => name.replace(/[^\w]/g, '\\$&'));
  const commands = new RegExp(
    `(orin-remote (?:${hostVerbs})) (?:${names.join('|')})(?![\\w.@:-])`,
    'g',
  );
  const words = [host, ...reachedBy].map(shellWord).join(' ');
  return text.replace(commands, (_, verb: string) => `${verb} ${words}`);
}

/** The same error with its advice completed; anything else as it is. */
export function withCompleteCommands(error: unknown, given: GivenCommand): unknown {
  if (!(error instanceof OrinError) || error.next === undefined) return error;
  const { code, message: what, why, board, cause } = error;
  const { host = board } = given;
  const here = { ...given, ...(host !== undefined && { host }) };
  const complete = new OrinError({
    code,
    what,
    next: completeCommands(error.next, here),
    ...(why !== undefined && { why: completeCommands(why, here) }),
    ...(board !== undefined && { board }),
    ...(cause !== undefined && { cause }),
  });
  if (error.stack !== undefined) complete.stack = error.stack;
  return complete;
}
