import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBootId } from '../proc/process-table.ts';
import { type LockHolder, takeLock } from './lock.ts';

let directory = '';
let path = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
  path = join(directory, 'lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

function leave(holder: Partial<LockHolder>): void {
  const whole = {
    owner: 'eve@there',
    runId: 'old',
    bootId: readBootId(),
    startedUtc: '',
    ...holder,
  };
  writeFileSync(path, JSON.stringify(whole));
}

async function endedPid(): Promise<number> {
  const child = spawn('true');
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid ?? 0;
}

test('the first to come holds the lock, the second learns who it is, release frees it', () => {
  const first = takeLock(path, 'ann@here', 'run-a');
  expect(first.state).toBe('held');
  const second = takeLock(path, 'bob@there', 'run-b');
  expect(second).toMatchObject({
    state: 'busy',
    holder: { owner: 'ann@here', runId: 'run-a', pid: process.pid, bootId: readBootId() },
  });
  if (first.state === 'held') first.release();
  expect(readdirSync(directory)).toEqual([]);
  expect(takeLock(path, 'bob@there', 'run-b').state).toBe('held');
  expect(readdirSync(directory)).toEqual(['lock']);
});

test('a lock whose process has gone is taken over', async () => {
  leave({ pid: await endedPid() });
  expect(takeLock(path, 'ann@here', 'new')).toMatchObject({
    state: 'held',
    stale: { owner: 'eve@there', runId: 'old' },
  });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ runId: 'new' });
  expect(readdirSync(directory)).toEqual(['lock']);
});

test('a lock from before a restart is stale even though its process number is in use', () => {
  leave({ pid: process.pid, bootId: '00000000-0000-0000-0000-000000000000' });
  expect(takeLock(path, 'ann@here', 'new').state).toBe('held');
});

test('a lock whose process number belongs to another process by now is stale', () => {
  leave({ pid: process.pid, startTicks: 1 });
  expect(takeLock(path, 'ann@here', 'new').state).toBe('held');
});

test('a lock without a start time is believed while its process lives', () => {
  leave({ pid: process.pid });
  expect(takeLock(path, 'ann@here', 'new').state).toBe('busy');
});

test('a lock that nobody can read is nobody’s', () => {
  writeFileSync(path, 'not json');
  expect(takeLock(path, 'ann@here', 'new')).toMatchObject({ state: 'held', stale: null });
});

test('a release leaves a lock alone that is somebody else’s by now', () => {
  const first = takeLock(path, 'ann@here', 'run-a');
  leave({ pid: process.pid, runId: 'other' });
  if (first.state === 'held') first.release();
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ runId: 'other' });
});
