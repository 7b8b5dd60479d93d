import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { WrittenOf } from '../contract/events.ts';

type Link = NonNullable<WrittenOf<'tele'>['link']>;

const maxInterrupts = 256;

/**
 * The network interface by which the workstation is connected, so that our own traffic can be told:
 * that of the address in SSH_CONNECTION, else that of the default route. Null when neither is
 * known.
 */
export function linkInterface(env: Readonly<Record<string, string | undefined>>): Link | null {
  // client address, client port, server address, server port: sshd(8)
  const address = env.SSH_CONNECTION?.split(' ')[2];
  const name = (address && interfaceOf(address)) || defaultInterface();
  return name === null ? null : { interface: name.slice(0, 64), interrupts: interruptsOf(name) };
}

function interfaceOf(address: string): string | null {
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:/, '');
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    if (addresses?.some((each) => each.address === plain)) return name;
  }
  return null;
}

/** Of the default route with the smallest metric. */
function defaultInterface(): string | null {
  try {
    const [, ...lines] = readFileSync('/proc/net/route', 'latin1').trim().split('\n');
    const routes = lines
      .map((line) => line.split('\t'))
      .filter(([, destination, , , , , , mask]) => `${destination}${mask}` === '0'.repeat(16))
      .sort((a, b) => Number(a[6]) - Number(b[6]));
    return routes[0]?.[0] ?? null;
  } catch {
    return null;
  }
}

/** Ids in /proc/interrupts: of the device, or of the PCI function that a virtio device sits on. */
function interruptsOf(name: string): string[] {
  const link = `/sys/class/net/${name}/device`;
  try {
    const device = realpathSync(link);
    const owner = basename(device).startsWith('virtio') ? dirname(device) : device;
    const ids = namesIn(join(owner, 'msi_irqs'));
    return (ids.length > 0 ? ids : single(join(owner, 'irq'))).slice(0, maxInterrupts);
  } catch {
    return [];
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => /^\d{1,10}$/.test(name));
  } catch {
    return [];
  }
}

function single(path: string): string[] {
  try {
    const text = readFileSync(path, 'latin1').trim();
    return /^[1-9]\d{0,9}$/.test(text) ? [text] : [];
  } catch {
    return [];
  }
}
