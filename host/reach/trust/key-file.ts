import ssh2, { type ParsedKey } from 'ssh2';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { readNamed } from '../../workstation/named-file.ts';
import { keyTypeOf, SshReader } from './ssh-wire.ts';

/** What a file named by IdentityFile holds. */
export type KeyFile =
  | { readonly kind: 'missing' }
  | { readonly kind: 'unusable'; readonly reason: string; readonly isLocked?: boolean }
  /** Only the public half; an agent may hold the other. */
  | { readonly kind: 'public'; readonly publicKey: ParsedKey }
  | { readonly kind: 'plain'; readonly publicKey: ParsedKey; readonly privateKey: ParsedKey }
  /** `publicKey` is null where the format hides it and there is no .pub file beside it. */
  | { readonly kind: 'encrypted'; readonly publicKey: ParsedKey | null; readonly text: string };

/** Reads a key file in any format ssh2 knows; never throws. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  let text: string;
  try {
    text = await readText(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return await publicHalfOnly(path);
    const why = code ?? (error instanceof Error ? error.message : String(error));
    return { kind: 'unusable', reason: `cannot be read (${why})` };
  }
  const key = parseKey(text);
  if (key instanceof Error) return await encryptedOrUnusable(path, text, key);
  if (key.type === 'ssh-dss') return { kind: 'unusable', reason: whyNot('a DSA key') };
  return key.isPrivateKey()
    ? { kind: 'plain', publicKey: key, privateKey: key }
    : { kind: 'public', publicKey: key };
}

/** No key is larger. */
const MAX_KEY_BYTES = 1024 * 1024;

async function readText(path: string): Promise<string> {
  return (await readNamed(path, { maxBytes: MAX_KEY_BYTES })).toString('utf8');
}

/** As ssh: where only `<path>.pub` is there, an agent may hold the key. */
async function publicHalfOnly(path: string): Promise<KeyFile> {
  const text = await readText(`${path}.pub`).catch(() => null);
  const key = text === null ? null : parseKey(text);
  if (key === null || key instanceof Error) return { kind: 'missing' };
  return { kind: 'public', publicKey: key };
}

/**
 * What ssh2 decrypts of an openssh-key-v1 file; its ChaCha20 is part of what it would have to
 * compile.
 */
const readableCiphers =
  /^(none|3des-cbc|aes(128|192|256)-(cbc|ctr)|aes(128|256)-gcm@openssh\.com)$/;

async function encryptedOrUnusable(path: string, text: string, error: Error): Promise<KeyFile> {
  if (text.startsWith('PuTTY-User-Key-File-')) return { kind: 'unusable', reason: puttyKey };
  const head = openSshHead(text);
  const reason = whyUnusable(head, error);
  if (reason !== null) return { kind: 'unusable', reason, isLocked: isLocked(head, text) };
  const beside = await readText(`${path}.pub`).catch(() => null);
  const source = head?.publicKey ?? beside;
  const publicKey = source === null ? null : parseKey(source);
  return { kind: 'encrypted', publicKey: publicKey instanceof Error ? null : publicKey, text };
}

const puttyKey =
  'a PuTTY key, which OpenSSH cannot read either (puttygen KEY.ppk -O private-openssh -o KEY converts it)';

/** Whether a passphrase is needed, in any format that OpenSSH reads. */
function isLocked(head: OpenSshHead | null, text: string): boolean {
  if (head !== null) return head.cipher !== 'none';
  return /^(-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED)/m.test(text);
}

function whyUnusable(head: OpenSshHead | null, { message }: Error): string | null {
  if (keyTypeOf(head?.publicKey ?? Buffer.alloc(0))?.startsWith('sk-')) {
    return whyNot('a security key');
  }
  // The old PEM format names the cipher in a header of its own.
  const cipher = head?.cipher ?? /^Cipher \((.+)\) not supported/.exec(message)?.[1];
  const isReadable = cipher === undefined || readableCiphers.test(cipher);
  if (!isReadable) return `encrypted with ${cleanLine(cipher, 60)}, which this client cannot read`;
  return /encrypted/i.test(message) ? null : 'a format that this client cannot read';
}

/**
 * The same words for files and for what an agent holds; the way of connecting is chosen by them.
 */
export function whyNot(what: string): string {
  return `${what}, which this client cannot use`;
}

/** ssh2's `parseKey`, with the list that some formats give reduced to its only key. */
export function parseKey(data: Buffer | string, passphrase?: string): ParsedKey | Error {
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(data, passphrase);
  if (!Array.isArray(parsed)) return parsed;
  return parsed[0] ?? new Error('no key in it');
}

/** What stands before the encrypted part of an openssh-key-v1 file (PROTOCOL.key). */
interface OpenSshHead {
  readonly cipher: string;
  readonly publicKey: Buffer | null;
}

function openSshHead(text: string): OpenSshHead | null {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1];
  if (body === undefined) return null;
  const bytes = Buffer.from(body, 'base64');
  const magic = 'openssh-key-v1\0';
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) return null;
  try {
    const reader = new SshReader(bytes.subarray(magic.length));
    const cipher = reader.string().toString('latin1');
    reader.string(); // key derivation
    reader.string(); // its parameters
    const publicKey = reader.uint32() === 1 ? Buffer.from(reader.string()) : null;
    return { cipher, publicKey };
  } catch {
    return null;
  }
}
