import { createHmac, timingSafeEqual } from 'node:crypto';
import { matchesPatternList } from '../config/patterns.ts';
import { readSetting } from '../config/read-setting.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { isWholeKey, keyTypeOf } from './ssh-wire.ts';

/** One usable line of a known_hosts file that speaks of the host asked for. */
export interface KnownKey {
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  readonly keyType: string;
  readonly key: Buffer;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

export type HostKeyVerdict =
  | { readonly kind: 'match'; readonly known: KnownKey }
  | { readonly kind: 'changed'; readonly known: KnownKey }
  | { readonly kind: 'revoked'; readonly known: KnownKey }
  /** Only a certificate authority is known, and no plain key. */
  | { readonly kind: 'ca-only'; readonly known: KnownKey }
  | { readonly kind: 'unknown' };

/**
 * The name under which ssh files a host: the alias alone, the host alone on port 22, else
 * `[host]:port`.
 */
export function knownHostsName(host: string, port: number, alias: string | null): string {
  if (alias !== null) return alias.toLowerCase();
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** What known_hosts files say of a host. */
export interface KnownHost {
  /** Under its own name: the alias, or with its port. */
  readonly named: readonly KnownKey[];
  /** Under its name without the port, where it has another than 22 and no alias. */
  readonly withoutPort: readonly KnownKey[];
}

/** What the files of a target say of it; files that are not there or not readable say nothing. */
export async function readKnownHost(target: HostInFiles): Promise<KnownHost> {
  const { hostName, port, hostKeyAlias, knownHostsFiles: files } = target;
  const name = knownHostsName(hostName, port, hostKeyAlias);
  const bare = knownHostsName(hostName, 22, hostKeyAlias);
  const named = await readKnownKeys(files, name);
  return { named, withoutPort: bare === name ? [] : await readKnownKeys(files, bare) };
}

type HostInFiles = Pick<ResolvedTarget, 'hostName' | 'port' | 'hostKeyAlias' | 'knownHostsFiles'>;

/**
 * Every line of the files that speaks of `name`; files that are not there or not readable hold
 * none.
 */
export async function readKnownKeys(files: readonly string[], name: string): Promise<KnownKey[]> {
  const texts = await Promise.all(files.map((file) => readSetting(file)));
  return texts.flatMap((text, index) => knownKeys(text, files[index] ?? '', name));
}

/** The lines of one file's text that speak of `name` (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export function knownKeys(text: string, file: string, name: string): KnownKey[] {
  return text.split('\n').flatMap((line, index) => {
    const entry = parseLine(line);
    if (entry === null || !namesHost(entry.hosts, name)) return [];
    return [{ ...entry.key, file, line: index + 1 }];
  });
}

function parseLine(
  line: string,
): { hosts: string; key: Pick<KnownKey, 'marker' | 'keyType' | 'key'> } | null {
  const fields = line.trim().split(/[ \t]+/);
  if (fields[0] === '' || fields[0]?.startsWith('#')) return null;
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
  const [hosts, keyType, base64] = fields;
  if (hosts === undefined || keyType === undefined || base64 === undefined) return null;
  const key = Buffer.from(base64, 'base64');
  if (keyTypeOf(key) !== keyType || !isWholeKey(key)) return null;
  if (marker === undefined) return { hosts, key: { marker: 'none', keyType, key } };
  if (marker === '@revoked') return { hosts, key: { marker: 'revoked', keyType, key } };
  if (marker !== '@cert-authority') return null;
  return { hosts, key: { marker: 'cert-authority', keyType, key } };
}

function namesHost(hosts: string, name: string): boolean {
  if (!hosts.startsWith('|')) return matchesPatternList(name, hosts.toLowerCase());
  const [, magic, salt, hash] = hosts.split('|');
  if (magic !== '1' || salt === undefined || hash === undefined) return false;
  const wanted = Buffer.from(hash, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return wanted.length === actual.length && timingSafeEqual(wanted, actual);
}

/**
 * What is known of a key that a host showed, as OpenSSH's check_host_key decides: a host of which
 * nothing is known under its port is looked for without it, and is then known or not, but never
 * changed. A key that is revoked there is refused, which OpenSSH does only where checking is
 * strict.
 */
export function judgeHostKey(key: Buffer, { named, withoutPort }: KnownHost): HostKeyVerdict {
  const verdict = judgeKey(key, named);
  if (verdict.kind !== 'unknown' && verdict.kind !== 'ca-only') return verdict;
  const second = judgeKey(key, withoutPort);
  const isDecided = second.kind === 'match' || second.kind === 'revoked';
  return isDecided || (second.kind === 'ca-only' && verdict.kind === 'unknown') ? second : verdict;
}

/**
 * A revoked key is refused whatever else is known. Where other keys are known, of whichever type,
 * this one is a change: a host is asked for a type that is known first.
 */
function judgeKey(key: Buffer, known: readonly KnownKey[]): HostKeyVerdict {
  const plain = known.filter((one) => one.marker === 'none');
  const revoked = known.find((one) => one.marker === 'revoked' && one.key.equals(key));
  if (revoked) return { kind: 'revoked', known: revoked };
  const same = plain.find((one) => one.key.equals(key));
  if (same) return { kind: 'match', known: same };
  const keyType = keyTypeOf(key);
  const changed = plain.find((one) => one.keyType === keyType) ?? plain[0];
  if (changed) return { kind: 'changed', known: changed };
  const authority = known.find((one) => one.marker === 'cert-authority');
  if (authority) return { kind: 'ca-only', known: authority };
  return { kind: 'unknown' };
}
