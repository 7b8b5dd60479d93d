import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { ResolvedTarget } from '../config/resolve-target.ts';

/**
 * Whether a target is this machine itself, by its addresses; never behind a proxy, where nobody can
 * tell.
 */
export async function isThisMachine(target: ResolvedTarget): Promise<boolean> {
  if (target.proxyJump !== null || target.proxyCommand !== null) return false;
  const addresses = await lookup(target.hostName, { all: true }).catch(() => []);
  const own = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  return addresses.some(
    ({ address }) =>
      address.startsWith('127.') || address === '::1' || own.some((one) => one.address === address),
  );
}
