import { cleanLine } from '../../../agent/contract/clean-text.ts';
import type { ErrorCode } from '../../errors.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { sshWords } from '../config/target-name.ts';
import type { UnsignedKey } from './authenticate.ts';
import type { HandshakeFailure } from './handshake.ts';

/** Why a connection failed, and what to do. */
export interface Explanation {
  readonly code: ErrorCode;
  readonly why: string;
  readonly next?: string;
}

/** Words of OpenSSH's disconnect at MaxAuthTries. */
const tooMany = /too many authentication failures/i;

/** Whether a handshake ended because nothing that could be tried let us in. */
export function isAuthFailure({ cause, message, auth }: HandshakeFailure): boolean {
  const level = (cause as { level?: string } | undefined)?.level;
  if (level === 'client-authentication' || tooMany.test(message)) return true;
  // Dropbear hangs up at its limit without a word.
  return auth.tried.length > 1 && isHangUp(message);
}

function isHangUp(message: string): boolean {
  return /the connection was closed|ECONNRESET/.test(message);
}

/** Why nothing let us in, what was tried, and what to do about it. */
export function explainAuthFailure(failure: HandshakeFailure, target: ResolvedTarget): Explanation {
  const { tried, skipped, offered, unsigned } = failure.auth;
  const hasGivenUp = tooMany.test(failure.message) || isHangUp(failure.message);
  const parts = [
    ...(hasGivenUp ? [gaveUp(failure)] : []),
    ...unsigned.map(unsignedText),
    ...triedText(failure),
    ...(offered === null ? [] : [`the server takes ${cleanLine(offered.join(', '), 200)}`]),
    ...(skipped.length === 0 ? [] : [`not used: ${skipped.join('; ')}`]),
    ...target.authNotes,
  ];
  const unusable = [...skipped, ...unsigned.map(({ reason }) => reason)];
  const isUnsupported =
    tried.length === 0 && unusable.some((reason) => /this client cannot/.test(reason));
  return {
    code: isUnsupported ? 'auth-unsupported' : 'auth-failed',
    why: parts.join(' · '),
    next: adviceFor(failure, target, { hasGivenUp, isUnsupported }),
  };
}

function triedText({ auth }: HandshakeFailure): string[] {
  if (auth.tried.length > 0) return [`tried ${auth.tried.join('; ')}`];
  return auth.unsigned.length > 0 ? [] : ['nothing could be tried'];
}

function gaveUp({ auth, message }: HandshakeFailure): string {
  const isKeys = auth.tried.every((label) => !/^(password|keyboard-interactive) /.test(label));
  const count = auth.tried.length;
  const tries = `${count} ${isKeys ? 'key' : 'attempt'}${count === 1 ? '' : 's'}`;
  const how = tooMany.test(message) ? 'gave up' : 'hung up';
  return `the server ${how} after ${tries} (${cleanLine(message, 100)})`;
}

function unsignedText({ label, isWanted, reason }: UnsignedKey): string {
  return isWanted ? `${label}: the server would take it; ${reason}` : `${label}: ${reason}`;
}

function adviceFor(
  { auth }: HandshakeFailure,
  target: ResolvedTarget,
  about: { readonly hasGivenUp: boolean; readonly isUnsupported: boolean },
): string {
  const { board, user } = target;
  const locked =
    auth.unsigned.find((one) => one.kind === 'locked' && one.isWanted) ??
    auth.unsigned.find((one) => one.kind === 'locked' && auth.tried.length === 0);
  if (locked) {
    return `\`ssh-add ${locked.path}\`, or repeat it on a terminal and give the passphrase`;
  }
  if (about.isUnsupported) {
    return `use a plain key: ssh-keygen -t ed25519, then ssh-copy-id ${sshWords(board)}`;
  }
  if (about.hasGivenUp) {
    return `offer it one key only: -i <key file> --ssh-option IdentitiesOnly=yes, or IdentityFile and IdentitiesOnly yes for this host in ~/.ssh/config`;
  }
  return `check the user name (${user}), then \`ssh-copy-id ${sshWords(board)}\` or -i <key file>`;
}
