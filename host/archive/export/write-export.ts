import { randomBytes } from 'node:crypto';
import { chmod, lstat, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { OrinError } from '../../errors.ts';
import { modeOfNamedFile } from '../../workstation/private-files.ts';
import { errorCode, unwritable } from '../directory.ts';

/** Where an export goes, and what it must not touch. */
export interface ExportTarget {
  readonly path: string;
  /** Directories with what was measured: nothing below them is written but `allowed`. */
  readonly keeps: readonly string[];
  /** Files below them that are made anew whenever asked for. */
  readonly allowed?: readonly string[];
  /** Of a file that is not there yet, before the umask. */
  readonly mode?: number;
}

/**
 * Writes a file whole or not at all: `write` fills a temporary one beside it, which then takes its
 * place. Links are followed before it is asked what they lead to; a pipe or a device is written to
 * as it is. Gives the path.
 * @throws OrinError `results-unwritable`
 */
export async function writeExport(
  target: ExportTarget,
  write: (path: string) => Promise<void>,
): Promise<string> {
  const path = resolve(target.path);
  try {
    const there = await stat(path).catch(nothingThere);
    if (there !== null && !there.isFile() && !there.isDirectory()) {
      await write(path);
      return path;
    }
    const place = await placeOf(path);
    if (await keepsMeasured(place, target)) throw holdsMeasured(path);
    if (there?.isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
    await replace(place, there === null ? null : there.mode & 0o777, target.mode ?? 0o666, write);
    return path;
  } catch (error) {
    throw asUnwritable(error, path);
  }
}

/**
 * Only what a file system says is the fault of the place: anything else is a bug, and stays one.
 */
function asUnwritable(error: unknown, path: string): unknown {
  if (!/^E[A-Z0-9]+$/.test(errorCode(error) ?? '')) return error;
  return unwritable(error, path, null, 'give a file in a directory that can be written');
}

async function replace(
  place: string,
  kept: number | null,
  mode: number,
  write: (path: string) => Promise<void>,
): Promise<void> {
  const name = `.orin-remote-${process.pid}-${randomBytes(4).toString('hex')}.new`;
  const temporary = join(dirname(place), name);
  try {
    const file = await open(temporary, 'wx', mode);
    await file.close();
    await chmod(temporary, kept ?? modeOfNamedFile(mode));
    await write(temporary);
    await rename(temporary, place);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The path without links, to a file that need not be there. */
async function placeOf(path: string, links = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const place = join(await realpath(dirname(path)), basename(path));
  const isLink = await lstat(place).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  // A link to what is not there yet; of links in a circle realpath says so itself.
  if (!isLink || links > 40) return place;
  return await placeOf(resolve(dirname(place), await readlink(place)), links + 1);
}

/** By the directories themselves, whatever names lead to them. */
async function keepsMeasured(place: string, { keeps, allowed = [] }: ExportTarget) {
  const kept = await Promise.all(keeps.map(identity));
  let isBelow = false;
  for (let directory = dirname(place); ; directory = dirname(directory)) {
    const id = await identity(directory);
    isBelow ||= id !== null && kept.includes(id);
    if (directory === dirname(directory)) break;
  }
  if (!isBelow) return false;
  for (const own of allowed) {
    if (basename(own) !== basename(place)) continue;
    if ((await identity(dirname(own))) === (await identity(dirname(place)))) return false;
  }
  return true;
}

async function identity(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(nothingThere);
  return found === null ? null : `${found.dev}:${found.ino}`;
}

function nothingThere(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null;
  throw error;
}

function holdsMeasured(path: string): OrinError {
  return new OrinError({
    code: 'results-unwritable',
    what: `not written: ${path}`,
    why: 'the directories of runs hold what was measured',
    next: 'give a path outside of them',
  });
}
