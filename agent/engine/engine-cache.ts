import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Directory for engines that TensorRT built on this board: `<base>/engines/<maker>`. Made when missing. */
export function engineCache(storePath: string, maker: 'ort' | 'trtexec'): string {
  // The store is `<base>/store/sha256`.
  const directory = join(resolve(storePath, '../..'), 'engines', maker);
  mkdirSync(directory, { recursive: true });
  return directory;
}
