import { access } from 'node:fs/promises';

/** Whether something is at this path, at the end of its links. */
export async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
