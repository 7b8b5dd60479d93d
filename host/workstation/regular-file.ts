import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/**
 * Opens a file of a run's directory for reading. A FIFO would wait for its writer and a device may
 * never end: neither is opened.
 * @throws Error as `open` does, or with the words "it is no regular file"
 */
export async function openRegular(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK the opening of a FIFO would wait for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is no regular file');
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * The text of a file of a run's directory.
 * @throws Error as `openRegular` does
 */
export async function readRegular(path: string): Promise<string> {
  const file = await openRegular(path);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
