import ssh2, { type ParsedKey } from 'ssh2';

export interface KeyPair {
  /** OpenSSH format; lives in memory only. */
  readonly privateKey: string;
  readonly publicKey: ParsedKey;
}

/**
 * A fresh ed25519 key pair. ssh2 1.17 writes about one key in 150 that it cannot use itself, so
 * each is tried out.
 * @throws Error when ten keys in a row are unusable.
 */
export function ephemeralKeys(): KeyPair {
  const probe = Buffer.from('probe');
  for (let attempt = 0; attempt < 10; attempt++) {
    const { private: privateKey } = ssh2.utils.generateKeyPairSync('ed25519');
    const parsed: ParsedKey | Error = ssh2.utils.parseKey(privateKey);
    if (parsed instanceof Error) continue;
    const signature: Buffer | Error = parsed.sign(probe);
    if (signature instanceof Error || parsed.verify(probe, signature) !== true) continue;
    return { privateKey, publicKey: parsed };
  }
  throw new Error('no usable key could be made');
}
