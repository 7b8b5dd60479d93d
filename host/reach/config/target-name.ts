import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { OrinError } from '../../errors.ts';
import { shellWord } from '../../link/shell-word.ts';

/** The parts of what a person typed to name a board; what they left out is null. */
export interface TargetName {
  readonly host: string;
  readonly user: string | null;
  readonly port: number | null;
}

// What a shell could act on inside a ProxyCommand or `Match exec`: ssh's own rules since 9.6
// (CVE-2023-51385).
const refusedInHost = /[\s'"`$\\;&<>|(){}\p{Cc}]/u;
/** `CORP\jdoe` and `HOST$` are users of a domain; ssh refuses a backslash only at the end. */
const refusedInUser = /['"`;&<>|(){}\p{Cc}]|\s-|\\$/u;

/**
 * Reads `host`, `user@host:port`, `[::1]:22`, `fe80::1%eth0`, `ssh://user@host:port`. The user may
 * hold `@`.
 * @throws OrinError `usage` on an empty or dangerous name (a leading `-` would be read as an option
 *   by ssh).
 */
export function parseTargetName(text: string): TargetName {
  const rest = text.replace(/^ssh:\/\//i, '').replace(/\/$/, '');
  const at = rest.lastIndexOf('@');
  const user = at < 0 ? null : checkUser(rest.slice(0, at));
  const { host, port } = splitPort(rest.slice(at + 1), text);
  if (host === '') throw badName(text, 'it names no host');
  if (host.startsWith('-')) throw badName(text, 'it would be read as an option');
  if (refusedInHost.test(host)) throw badName(text, 'it holds a character that no host has');
  return { host, user, port };
}

/**
 * A user as `ssh` takes it, from the board's name or from -l.
 * @throws OrinError `usage`.
 */
export function checkUser(user: string): string {
  if (user === '') throw badUser(user, 'it is empty');
  if (user.startsWith('-')) throw badUser(user, 'it would be read as an option');
  if (refusedInUser.test(user)) throw badUser(user, 'it holds a character that ssh refuses in one');
  return user;
}

/**
 * A board's name as words for a command line of `ssh` or `ssh-copy-id`, which know no `host:port`.
 */
export function sshWords(board: string): string {
  const { host, user, port } = parseTargetName(board);
  const destination = shellWord(user === null ? host : `${user}@${host}`);
  return port === null ? destination : `-p ${port} ${destination}`;
}

function splitPort(text: string, whole: string): { host: string; port: number | null } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed) {
    const [, host = '', port] = bracketed;
    return { host, port: port === undefined ? null : parsePort(port, whole) };
  }
  if (/[[\]]/.test(text)) throw badName(whole, 'its brackets do not enclose an address');
  const colons = text.split(':').length - 1;
  if (colons !== 1) return { host: text, port: null };
  const [host = '', port = ''] = text.split(':');
  return { host, port: parsePort(port, whole) };
}

function parsePort(text: string, whole: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw badName(whole, 'its port is not between 1 and 65535');
  return port;
}

function badUser(user: string, why: string): OrinError {
  return new OrinError({
    code: 'usage',
    what: `not a user: ${cleanLine(user, 100) || '(empty)'}`,
    why,
    next: 'give another before the @ or with -l, or set User for this host in ~/.ssh/config',
  });
}

function badName(text: string, why: string): OrinError {
  return new OrinError({
    code: 'usage',
    what: `not a board's name: ${cleanLine(text, 100) || '(empty)'}`,
    why,
    next: 'give it as `ssh` takes it: host, user@host, user@host:port or an alias of ~/.ssh/config',
  });
}
