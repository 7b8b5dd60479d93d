import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { OrinError } from '../../errors.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { sshWords } from '../config/target-name.ts';
import { accountRefusal } from './account-refusal.ts';
import type { Explanation } from './auth-failure.ts';
import { explainAuthFailure, isAuthFailure } from './auth-failure.ts';
import { HandshakeFailure } from './handshake.ts';

export interface FailureDetails {
  readonly limitMs: number;
  readonly isExpired: boolean;
  /** What a proxy command said, or empty. */
  readonly proxyComplaint: string;
}

/** Any failure to connect as the error a person sees: what, why, what next. */
export function connectFailure(
  error: unknown,
  target: ResolvedTarget,
  details: FailureDetails,
): OrinError {
  const cause = error instanceof HandshakeFailure ? error.cause : error;
  if (cause instanceof OrinError) return cause;
  return new OrinError({
    what: `cannot connect to ${target.board} (${target.user}@${target.hostName} port ${target.port})`,
    board: target.board,
    cause: error,
    ...explain(error, cause, target, details),
  });
}

function explain(
  error: unknown,
  cause: unknown,
  target: ResolvedTarget,
  details: FailureDetails,
): Explanation {
  if (details.isExpired) return explainTimeout(error, details);
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const bySocket = typeof code === 'string' ? explainSocket(code, target) : null;
  if (bySocket && !(error instanceof HandshakeFailure && error.hasSeenServer)) return bySocket;
  const message = cleanLine(cause instanceof Error ? cause.message : String(cause));
  const refusal =
    error instanceof HandshakeFailure ? accountRefusal(error.banner, target.board) : null;
  if (refusal !== null) return { code: 'auth-failed', ...refusal };
  if (error instanceof HandshakeFailure && isAuthFailure(error)) {
    return explainAuthFailure(error, target);
  }
  if (/no matching|Handshake failed: /i.test(message)) return explainNegotiation(message, target);
  if (target.proxyCommand !== null) {
    return {
      code: 'proxy-failed',
      why: details.proxyComplaint || message,
      next: `check its ProxyCommand: ${cleanLine(target.proxyCommand, 120)}`,
    };
  }
  return {
    code: 'unreachable',
    why: /before handshake/.test(message)
      ? 'the server hung up before saying who it is: too many connections at once (MaxStartups), or no SSH server'
      : `the connection broke while it was being set up: ${message}`,
    next: `try \`ssh -v ${sshWords(target.board)} true\``,
  };
}

function explainTimeout(error: unknown, details: FailureDetails): Explanation {
  const phase = error instanceof HandshakeFailure ? 'the SSH handshake' : 'the TCP connection';
  return {
    code: 'connect-timeout',
    why: `${phase} was not finished within ${details.limitMs / 1000} s`,
    next: 'check that the board is on and on this network; -o ConnectTimeout=60 waits longer',
  };
}

function explainSocket(code: string, target: ResolvedTarget): Explanation | null {
  const { hostName, port } = target;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NONAME':
      return {
        code: 'unknown-host',
        why: `no address is known for ${hostName}`,
        next: hostName.endsWith('.local')
          ? '.local names need mDNS: the board and this machine on one network, avahi-daemon there, libnss-mdns here; or use its address'
          : 'check the spelling, or use the board’s address',
      };
    case 'ECONNREFUSED':
      return {
        code: 'unreachable',
        why: `${hostName} answers, but nothing listens on port ${port}`,
        next: 'start its SSH server (sudo systemctl enable --now ssh), or name the port: host:port',
      };
    case 'ETIMEDOUT':
      return {
        code: 'connect-timeout',
        why: `${hostName} did not answer`,
        next: 'check that the board is on and on this network',
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'EADDRNOTAVAIL':
      return {
        code: 'unreachable',
        why: `there is no way from here to ${hostName} (${code})`,
        next: 'check that the board is on and on this network',
      };
    default:
      return null;
  }
}

function explainNegotiation(message: string, target: ResolvedTarget): Explanation {
  return {
    code: 'ssh-unsupported',
    why: `this client and the server have no algorithm in common: ${message}`,
    next: `allow curve25519-sha256, aes128-gcm and ed25519 host keys in the board's sshd_config; \`ssh -v ${sshWords(target.board)} true\` shows what it offers`,
  };
}
