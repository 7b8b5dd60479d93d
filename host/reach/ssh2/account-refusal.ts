import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { sshWords } from '../config/target-name.ts';

/** Why a server lets nobody in who proved who they are, and what to do about it. */
interface AccountRefusal {
  readonly why: string;
  readonly next: string;
}

/**
 * What a server's own words say of the account: its password must be changed first, or it has
 * expired, is locked, or logins are closed (pam_unix, pam_nologin, sshd). Null where they say
 * nothing of it, as a greeting does not.
 */
export function accountRefusal(said: string, board: string): AccountRefusal | null {
  const why = `the server says: ${cleanLine(said, 300)}`;
  if (/password.{0,40}(expired|change required)|required to change your password/is.test(said)) {
    const words = sshWords(board);
    return { why, next: `choose a new password: \`ssh ${words}\` on a terminal asks for it` };
  }
  if (/account.{0,20}(expired|locked|disabled)|going down|not permitted to log in/is.test(said)) {
    return { why, next: 'ask who administers the board to open the account or its logins again' };
  }
  return null;
}
