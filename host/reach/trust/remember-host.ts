import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { keyTypeOf } from './ssh-wire.ts';

/**
 * Appends a host's key to a known_hosts file as OpenSSH does: one write with O_APPEND, after a
 * newline where the file's last line lacks one, the name hashed when asked.
 * @throws the file system's error when the file cannot be written.
 */
export async function rememberHost(
  file: string,
  name: string,
  key: Buffer,
  isHashed: boolean,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const newline = size > 0 && last[0] !== 0x0a ? '\n' : '';
    const host = isHashed ? hashedName(name) : name;
    await handle.appendFile(`${newline}${host} ${keyTypeOf(key)} ${key.toString('base64')}\n`);
  } finally {
    await handle.close();
  }
}

function hashedName(name: string): string {
  const salt = randomBytes(20);
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}
