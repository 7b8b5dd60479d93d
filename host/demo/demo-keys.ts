import ssh2, { type ParsedKey } from 'ssh2';

export interface KeyPair {
  /** OpenSSH format; lives in memory only. */
  readonly privateKey: string;
  readonly publicKey: ParsedKey;
}

/** A fresh ed25519 key pair. */
export function ephemeralKeys(): KeyPair {
  const { private: privateKey } = ssh2.utils.generateKeyPairSync('ed25519');
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(privateKey);
  const publicKey = Array.isArray(parsed) ? parsed[0] : parsed;
  if (publicKey === undefined || publicKey instanceof Error) {
    throw new Error('the generated key cannot be read back', { cause: publicKey });
  }
  return { privateKey, publicKey };
}
