import { cleanLine } from '../../agent/contract/clean-text.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { sshWords } from '../reach/config/target-name.ts';
import { accountRefusal } from '../reach/ssh2/account-refusal.ts';

/** The account did something else with our command than to run it; `said` is untrusted text. */
export function noAnswer({ board }: Link, step: string, said: string): OrinError {
  const refusal = accountRefusal(said, board);
  if (refusal !== null) {
    const what = `the account on ${board} runs no commands`;
    return new OrinError({ code: 'auth-failed', what, ...refusal, board });
  }
  return new OrinError({
    code: 'forced-command',
    what: `${step} got no answer to its command`,
    why: `the account answered with: ${cleanLine(said) || 'no output'}`,
    next: `check that \`ssh ${sshWords(board)} echo works\` prints that: no nologin shell, no forced command, no login script that exits or starts another shell`,
    board,
  });
}
