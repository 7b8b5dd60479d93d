import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { readBootId, startTicks } from '../proc/process-table.ts';

/** Who holds the board. */
export interface LockHolder {
  readonly owner: string;
  readonly runId: string;
  readonly pid: number;
  readonly bootId: string;
  readonly startedUtc: string;
  /** /proc/<pid>/stat field 22: tells this process from a later one with the same number. */
  readonly startTicks: number;
}

export type LockAttempt =
  | { readonly state: 'held'; readonly release: () => void; readonly stale: LockHolder | null }
  | { readonly state: 'busy'; readonly holder: LockHolder };

/**
 * Takes the board's lock at `path`, or tells who has it. The lock appears whole or not at all
 * (written aside, then linked). One whose process is gone, or that was made before the board was
 * restarted, is taken over.
 */
export function takeLock(path: string, owner: string, runId: string): LockAttempt {
  const holder: LockHolder = {
    owner,
    runId,
    pid: process.pid,
    bootId: readBootId(),
    startedUtc: new Date().toISOString(),
    startTicks: startTicks(process.pid) ?? 0,
  };
  const text = `${JSON.stringify(holder)}\n`;
  let stale: LockHolder | null = null;
  for (;;) {
    if (create(path, text)) {
      return { state: 'held', stale, release: () => release(path, text) };
    }
    const found = readIfThere(path);
    if (found === null) continue;
    const current = parseHolder(found);
    if (current && isAlive(current)) return { state: 'busy', holder: current };
    removeStale(path, found);
    stale = current;
  }
}

/** True while the process that took the lock runs. */
function isAlive(holder: LockHolder): boolean {
  if (holder.bootId !== readBootId()) return false;
  const ticks = startTicks(holder.pid);
  return ticks !== null && (holder.startTicks === 0 || ticks === holder.startTicks);
}

function aside(path: string): string {
  return `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
}

function create(path: string, text: string): boolean {
  const temporary = aside(path);
  writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(temporary);
  }
}

/** Moves a stale lock away; puts it back when somebody was faster and it is theirs by now. */
function removeStale(path: string, judged: string): void {
  const moved = aside(path);
  try {
    renameSync(path, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    if (readFileSync(moved, 'utf8') !== judged) linkSync(moved, path);
  } finally {
    unlinkSync(moved);
  }
}

function release(path: string, text: string): void {
  if (readIfThere(path) === text) unlinkSync(path);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function parseHolder(text: string): LockHolder | null {
  try {
    const json = JSON.parse(text) as Partial<LockHolder> | null;
    if (typeof json?.pid !== 'number' || typeof json.bootId !== 'string') return null;
    return {
      owner: String(json.owner ?? 'unknown'),
      runId: String(json.runId ?? 'unknown'),
      pid: json.pid,
      bootId: json.bootId,
      startedUtc: String(json.startedUtc ?? ''),
      startTicks: Number(json.startTicks ?? 0),
    };
  } catch {
    return null;
  }
}
