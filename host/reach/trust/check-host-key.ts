import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { OrinError } from '../../errors.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { sshWords } from '../config/target-name.ts';
import { fingerprint, shortKeyType } from './fingerprint.ts';
import {
  type HostKeyVerdict,
  judgeHostKey,
  type KnownHost,
  knownHostsName,
} from './known-hosts.ts';
import type { Prompter } from './prompter.ts';
import { rememberHost } from './remember-host.ts';
import { keyTypeOf } from './ssh-wire.ts';

/**
 * What to do about a host nobody has met; `exactKey` trusts one key and nothing else, known_hosts
 * unread.
 */
export type HostKeyPolicy = 'ask' | 'accept-new' | { readonly exactKey: Buffer };

export interface HostKeyCheck {
  readonly target: ResolvedTarget;
  readonly policy: HostKeyPolicy;
  readonly known: KnownHost;
  readonly prompter: Prompter;
  readonly onNote: (note: string) => void;
}

/**
 * Decides whether the key a host showed is to be trusted, asking and remembering where the policy
 * says so.
 * @throws OrinError `host-key-unknown`, `host-key-changed` or `host-key-revoked`.
 */
export async function checkHostKey(key: Buffer, check: HostKeyCheck): Promise<void> {
  if (typeof check.policy === 'object') {
    if (check.policy.exactKey.equals(key)) return;
    throw refused('host-key-changed', check, {
      why: `it showed the key ${fingerprint(key)} and not ${fingerprint(check.policy.exactKey)}`,
    });
  }
  const verdict = judgeHostKey(key, check.known);
  if (verdict.kind === 'match') return;
  if (verdict.kind !== 'unknown') throw distrusted(key, verdict, check);
  await meetUnknownHost(key, check);
}

function filedName({ target }: HostKeyCheck): string {
  return knownHostsName(target.hostName, target.port, target.hostKeyAlias);
}

function describeKey(key: Buffer): string {
  return `${cleanLine(shortKeyType(keyTypeOf(key) ?? 'unknown'), 60)} ${fingerprint(key)}`;
}

async function meetUnknownHost(key: Buffer, check: HostKeyCheck): Promise<void> {
  const mode = check.policy === 'accept-new' ? 'accept-new' : check.target.strictHostKeyChecking;
  // `StrictHostKeyChecking yes` stands over --accept-new: it asks for keys to be filed by hand.
  if (check.target.strictHostKeyChecking === 'yes') {
    throw refused('host-key-unknown', check, {
      why: `its ${describeKey(key)} is in no known_hosts file, and StrictHostKeyChecking is yes`,
      next: `add its key to ${check.target.knownHostsFiles[0] ?? 'a known_hosts file'} first`,
    });
  }
  if (mode === 'ask' && !(await isConfirmed(key, check))) return;
  await remember(key, check);
}

/** @throws OrinError when nobody confirms. */
async function isConfirmed(key: Buffer, check: HostKeyCheck): Promise<true> {
  const others = check.known.withoutPort.filter((one) => one.marker === 'none');
  const known = others.map((one) => `${shortKeyType(one.keyType)} (${one.file}:${one.line})`);
  const text = [
    `${filedName(check)} is not known yet.`,
    ...(known.length === 0 ? [] : [`Without the port it has other keys: ${known.join(', ')}.`]),
    `Its host key is ${describeKey(key)}.`,
    'Trust it and connect (yes/no, or its fingerprint)? ',
  ].join('\n');
  for (let attempt = 0; attempt < 3; attempt++) {
    const answer = await check.prompter.ask({ kind: 'host-key', text, echo: true });
    if (answer === null) break;
    const said = answer.trim();
    if (said.toLowerCase() === 'yes' || said === fingerprint(key)) return true;
    if (said.toLowerCase() === 'no') {
      throw refused('host-key-unknown', check, { why: `its ${describeKey(key)} was not trusted` });
    }
  }
  throw refused('host-key-unknown', check, {
    why: `its ${describeKey(key)} is in no known_hosts file, and nobody confirmed it`,
    next: 'compare the fingerprint, then repeat with --accept-new, or connect once with `ssh`',
  });
}

async function remember(key: Buffer, check: HostKeyCheck): Promise<void> {
  const { target, onNote } = check;
  const file = target.userKnownHostsFileCount > 0 ? target.knownHostsFiles[0] : undefined;
  if (file === undefined) {
    onNote(`trusting ${filedName(check)}, ${describeKey(key)}, this time: no file to keep it in`);
    return;
  }
  try {
    await rememberHost(file, filedName(check), key, target.hashKnownHosts);
    onNote(`added ${filedName(check)}, ${describeKey(key)}, to ${file}`);
  } catch (error) {
    onNote(`could not add ${filedName(check)} to ${file}: ${cleanLine(String(error), 200)}`);
  }
}

function distrusted(
  key: Buffer,
  verdict: Exclude<HostKeyVerdict, { kind: 'unknown' | 'match' }>,
  check: HostKeyCheck,
): OrinError {
  const place = `${verdict.known.file}:${verdict.known.line}`;
  switch (verdict.kind) {
    case 'revoked':
      return refused('host-key-revoked', check, {
        why: `its ${describeKey(key)} is marked @revoked at ${place}`,
        next: 'do not connect; ask whoever revoked the key',
      });
    case 'ca-only':
      return refused('host-key-unknown', check, {
        why: `only a certificate authority is known for it (${place}), and this client cannot check host certificates`,
        next: `add the board's own key: connect once with \`ssh -o HostKeyAlgorithms=-*cert* ${sshWords(check.target.board)}\``,
      });
    case 'changed':
      return refused('host-key-changed', check, {
        why: `it showed ${describeKey(key)}, but ${place} has ${describeKey(verdict.known.key)}: ${changedBecause(check.target)}`,
        next: `if you know why, \`ssh-keygen -f '${verdict.known.file}' -R '${filedName(check)}'\`, then connect again`,
      });
    default:
      return verdict satisfies never;
  }
}

function changedBecause(target: ResolvedTarget): string {
  // Every Jetson in USB device mode answers at this address.
  if (target.hostName === '192.168.55.1') {
    return 'every Jetson answers at this USB address, so this may be another board (HostKeyAlias tells them apart), a reflashed one, or somebody in between';
  }
  return 'the board was reflashed, another board has its address, or somebody is in between';
}

function refused(
  code: 'host-key-unknown' | 'host-key-changed' | 'host-key-revoked',
  check: HostKeyCheck,
  about: { readonly why: string; readonly next?: string },
): OrinError {
  const state = {
    'host-key-unknown': 'is not known',
    'host-key-changed': 'has changed',
    'host-key-revoked': 'is revoked',
  }[code];
  return new OrinError({
    code,
    what: `the host key of ${check.target.board} ${state}, so nothing was sent`,
    board: check.target.board,
    ...about,
  });
}
