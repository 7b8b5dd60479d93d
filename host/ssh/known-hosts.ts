import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { matchesPatternList } from './patterns.ts';
import { keyTypeOf } from './ssh-wire.ts';

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

/** The name under which ssh files a host: the alias alone, the host alone on port 22, else `[host]:port`. */
export function knownHostsName(host: string, port: number, alias: string | null): string {
  if (alias !== null) return alias.toLowerCase();
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Every line of the files that speaks of `name`; files that are not there or not readable hold none. */
export async function readKnownKeys(files: readonly string[], name: string): Promise<KnownKey[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
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
  if (keyTypeOf(key) !== keyType) return null;
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
 * What the known keys say of a key that a host showed. As OpenSSH: a revoked key is refused whatever else is
 * known, and only another key of the same type counts as changed.
 */
export function judgeHostKey(key: Buffer, known: readonly KnownKey[]): HostKeyVerdict {
  const plain = known.filter((one) => one.marker === 'none');
  const revoked = known.find((one) => one.marker === 'revoked' && one.key.equals(key));
  if (revoked) return { kind: 'revoked', known: revoked };
  const same = plain.find((one) => one.key.equals(key));
  if (same) return { kind: 'match', known: same };
  const keyType = keyTypeOf(key);
  const changed = plain.find((one) => one.keyType === keyType);
  if (changed) return { kind: 'changed', known: changed };
  const authority = known.find((one) => one.marker === 'cert-authority');
  if (authority && plain.length === 0) return { kind: 'ca-only', known: authority };
  return { kind: 'unknown' };
}
