import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { EngineRefusal } from '../engine.ts';
import { diskFull, isFull, isNoSpace } from './disk-full.ts';

const count = z.int().check(z.nonnegative());

/** What stands beside a cached engine. */
const record = z.object({
  /** Of its build. */
  duration_ns: count,
  /** The model's shapes are free: a run must say them again. */
  hasFreeShapes: z.boolean(),
  bytes: count,
  sha256: z.string(),
});
type EngineRecord = z.infer<typeof record>;

export interface CachedEngine extends EngineRecord {
  readonly path: string;
}

/**
 * The engine that is kept under this path without its ending, if it is the very file that was
 * built; one that is not is removed.
 *
 * Size and hash are verified each time: it is the file that trtexec reads next, hashing takes less
 * than reading it from a card, and no figure has the time. Damage to the engine's head fails when
 * it is loaded, but one within its weights computes something else.
 */
export async function cachedEngine(
  base: string,
  signal: AbortSignal,
): Promise<CachedEngine | null> {
  const path = `${base}.plan`;
  const known = readRecord(base);
  if (known === null) return null;
  try {
    if (statSync(path).size === known.bytes && (await hashOf(path, signal)) === known.sha256) {
      // What was used last is the last to be removed to make room.
      const now = new Date();
      utimesSync(path, now, now);
      utimesSync(`${base}.json`, now, now);
      return { ...known, path };
    }
  } catch {
    signal.throwIfAborted();
  }
  removeEngine(path);
  return null;
}

/**
 * Keeps a file that trtexec has written as the engine under this path without its ending. On the
 * disk before it has its name, so that no power cut leaves half of it. Throws `EngineRefusal` where
 * the disk has no room: trtexec does not look whether its last bytes arrived.
 */
export async function keepEngine(
  temporary: string,
  base: string,
  facts: Pick<EngineRecord, 'duration_ns' | 'hasFreeShapes'>,
  signal: AbortSignal,
): Promise<CachedEngine> {
  const directory = dirname(base);
  try {
    sync(temporary);
    if (isFull(directory)) throw diskFull('save the engine', directory);
    const bytes = statSync(temporary).size;
    if (bytes === 0) throw new EngineRefusal('trtexec saved an engine without a byte');
    const engine = { ...facts, bytes, sha256: await hashOf(temporary, signal) };
    writeFileSync(`${base}.json`, JSON.stringify(engine));
    sync(`${base}.json`);
    renameSync(temporary, `${base}.plan`);
    sync(directory);
    return { ...engine, path: `${base}.plan` };
  } catch (error) {
    throw isNoSpace(error) ? diskFull('save the engine', directory) : error;
  }
}

/** Forgets a kept engine. */
export function removeEngine(path: string): void {
  rmSync(path, { force: true });
  rmSync(path.replace(/\.plan$/, '.json'), { force: true });
}

function readRecord(base: string): EngineRecord | null {
  try {
    return record.parse(JSON.parse(readFileSync(`${base}.json`, 'utf8')));
  } catch {
    return null;
  }
}

async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1024 * 1024 })) {
    hash.update(chunk);
  }
  return hash.digest('hex');
}

/** Of a file or a directory. */
function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
