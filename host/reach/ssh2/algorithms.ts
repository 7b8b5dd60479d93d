import type {
  Algorithms,
  CipherAlgorithm,
  KexAlgorithm,
  MacAlgorithm,
  ServerHostKeyAlgorithm,
} from 'ssh2';
import { OrinError } from '../../errors.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import type { KnownHost } from '../trust/known-hosts.ts';

// AES-GCM first: half the processor time of chacha20 in Node, and the Orin's cores have AES
// instructions.
const ciphers: readonly CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com',
];
const kex: readonly KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
];
const macs: readonly MacAlgorithm[] = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
];
const hostKeys: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * What we offer to negotiate: our own order within what the settings allow, host keys of known
 * types first, so that a board known by its RSA key shows that one.
 * @throws OrinError `ssh-unsupported` when the settings allow nothing that this client can do.
 */
export function offeredAlgorithms(target: ResolvedTarget, known: KnownHost): Algorithms {
  const { algorithms } = target;
  const allowed = within(hostKeys, algorithms.hostKeys, 'HostKeyAlgorithms', target);
  const plain = (keys: KnownHost['named']) => keys.filter((one) => one.marker === 'none');
  const named = plain(known.named);
  const decisive = named.length > 0 ? named : plain(known.withoutPort);
  const knownTypes = new Set(decisive.map((one) => one.keyType));
  const isKnown = (name: string) => knownTypes.has(name.startsWith('rsa-') ? 'ssh-rsa' : name);
  return {
    kex: within(kex, algorithms.kex, 'KexAlgorithms', target),
    cipher: within(ciphers, algorithms.ciphers, 'Ciphers', target),
    hmac: within(macs, algorithms.macs, 'MACs', target),
    serverHostKey: [
      ...allowed.filter((name) => isKnown(name)),
      ...allowed.filter((name) => !isKnown(name)),
    ],
    compress: ['none'],
  };
}

function within<T extends string>(
  ours: readonly T[],
  list: string | null,
  keyword: string,
  target: ResolvedTarget,
): T[] {
  if (list === null) return [...ours];
  const names = new Set(list.split(','));
  const both = ours.filter((name) => names.has(name));
  if (both.length > 0) return both;
  throw new OrinError({
    code: 'ssh-unsupported',
    what: `cannot connect to ${target.board}`,
    why: `the ssh configuration allows only ${keyword} ${list}, none of which this client can do`,
    next: `allow one of ${ours.slice(0, 3).join(', ')} for this host: -o ${keyword}=+${ours[0]}`,
    board: target.board,
  });
}
