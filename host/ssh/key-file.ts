import { readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { SshReader } from './ssh-wire.ts';

/** What a file named by IdentityFile holds. */
export type KeyFile =
  | { readonly kind: 'missing' }
  | { readonly kind: 'unusable'; readonly reason: string }
  /** Only the public half; an agent may hold the other. */
  | { readonly kind: 'public'; readonly publicKey: ParsedKey }
  | { readonly kind: 'plain'; readonly publicKey: ParsedKey; readonly privateKey: ParsedKey }
  /** `publicKey` is null where the format hides it and there is no .pub file beside it. */
  | { readonly kind: 'encrypted'; readonly publicKey: ParsedKey | null; readonly text: string };

/** Reads a key file in any format ssh2 knows; never throws. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return await publicHalfOnly(path);
    return { kind: 'unusable', reason: `cannot be read (${code})` };
  }
  const key = parseKey(text);
  if (key instanceof Error) return await encryptedOrUnusable(path, text, key);
  return key.isPrivateKey()
    ? { kind: 'plain', publicKey: key, privateKey: key }
    : { kind: 'public', publicKey: key };
}

/** As ssh: where only `<path>.pub` is there, an agent may hold the key. */
async function publicHalfOnly(path: string): Promise<KeyFile> {
  const text = await readFile(`${path}.pub`, 'utf8').catch(() => null);
  const key = text === null ? null : parseKey(text);
  if (key === null || key instanceof Error) return { kind: 'missing' };
  return { kind: 'public', publicKey: key };
}

async function encryptedOrUnusable(path: string, text: string, error: Error): Promise<KeyFile> {
  if (/^(sk-)/.test(openSshPublicType(text) ?? '')) {
    return { kind: 'unusable', reason: 'a security key, which this client cannot use' };
  }
  if (!/encrypted/i.test(error.message)) {
    return { kind: 'unusable', reason: 'a format that this client cannot read' };
  }
  const embedded = openSshPublicBlob(text);
  const beside = await readFile(`${path}.pub`, 'utf8').catch(() => null);
  const source = embedded ?? beside;
  const publicKey = source === null ? null : parseKey(source);
  return { kind: 'encrypted', publicKey: publicKey instanceof Error ? null : publicKey, text };
}

/** ssh2's `parseKey`, with the list that some formats give reduced to its only key. */
export function parseKey(data: Buffer | string, passphrase?: string): ParsedKey | Error {
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(data, passphrase);
  if (!Array.isArray(parsed)) return parsed;
  return parsed[0] ?? new Error('no key in it');
}

/** The public half of an openssh-key-v1 file, which stands before the encrypted part (PROTOCOL.key). */
function openSshPublicBlob(text: string): Buffer | null {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1];
  if (body === undefined) return null;
  const bytes = Buffer.from(body, 'base64');
  const magic = 'openssh-key-v1\0';
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) return null;
  try {
    const reader = new SshReader(bytes.subarray(magic.length));
    reader.string(); // cipher
    reader.string(); // key derivation
    reader.string(); // its parameters
    return reader.uint32() === 1 ? Buffer.from(reader.string()) : null;
  } catch {
    return null;
  }
}

function openSshPublicType(text: string): string | null {
  const blob = openSshPublicBlob(text);
  return blob === null ? null : new SshReader(blob).string().toString('latin1');
}
