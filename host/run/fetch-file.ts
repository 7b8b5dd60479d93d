import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Link } from '../link/link.ts';
import { newMarker, readMarked } from '../shell/marked-output.ts';
import { sh, word } from '../shell/sh.ts';

/**
 * Copies a file from the board, packed on the way; false when it is not there or empty.
 * @throws the stream's error when the link died or the local disk refused; nothing half-written stays.
 */
export async function fetchFile(
  link: Link,
  remotePath: string,
  localPath: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const marker = newMarker();
  const file = word(remotePath);
  const script = [
    `[ -s ${file} ] || { echo; echo ${marker}none; exit 0; }`,
    'echo',
    `echo ${marker}file`,
    `exec gzip -1 -c ${file}`,
  ];
  const process = await link.start(sh(script.join('; ')), signal);
  process.stdin.end();
  process.stderr.resume();
  const { answer, body } = await readMarked(process.stdout, marker);
  if (answer === null) {
    // Not an empty file: a connection that was lost, which says so here, or no answer of ours.
    await process.exit;
    throw new Error(`${link.board} did not say whether ${remotePath} is there`);
  }
  if (answer !== 'file') {
    process.close();
    return false;
  }
  try {
    const target = createWriteStream(localPath, { mode: 0o600 });
    await pipeline(Readable.from(body), createGunzip(), target);
    return true;
  } catch (error) {
    await rm(localPath, { force: true });
    throw error;
  }
}
