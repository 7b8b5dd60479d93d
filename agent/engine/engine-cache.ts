import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Directory for engines that TensorRT built on this board: `<base>/engines/<maker>`. Made when missing. */
export function engineCache(storePath: string, maker: string): string {
  // The store is `<base>/store/sha256`.
  const directory = join(resolve(storePath, '../..'), 'engines', maker);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** A name for what was made of all these, and for nothing else: 160 bits in hexadecimal digits. */
export function engineKey(parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([...parts, deviceName()]))
    .digest('hex')
    .slice(0, 40);
}

/** An engine is made for one GPU; on a Jetson the module's name says which. */
function deviceName(): string {
  try {
    return readFileSync('/proc/device-tree/model', 'latin1');
  } catch {
    return process.arch;
  }
}
