import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { abstractPath, type BoardHolder, boardScope, lockSocket } from '../contract/board-lock.ts';
import { type BoardRequest, busySentence, type HoldAttempt, holdBoard } from './hold-board.ts';

let directory = '';
let scope = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'board-'));
  scope = boardScope(`hold-${directory.slice(-6)}`);
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A request of a user: their base directory is their own, the board is everybody's. */
function request(user: string, waitMs = 0): BoardRequest {
  return { lockPath: join(directory, user), scope, owner: `${user}@desk`, runId: 'r1', waitMs };
}

function hold(
  asked: BoardRequest,
  onBusy: (holder: BoardHolder) => void = () => {},
  signal: AbortSignal = new AbortController().signal,
): Promise<HoldAttempt> {
  return holdBoard(asked, onBusy, signal);
}

function release(attempt: HoldAttempt): void {
  if (attempt.state !== 'held') throw new Error(`the board is ${attempt.state}`);
  attempt.release();
}

/** Another process that takes the board for a user and keeps it. */
async function holderProcess(user: string): Promise<ChildProcess> {
  const program = join(directory, 'holder.mts');
  const module = resolve('agent/supervise/hold-board.ts');
  writeFileSync(
    program,
    `import { holdBoard } from ${JSON.stringify(module)};
     const request = ${JSON.stringify(request(user))};
     const { state } = await holdBoard(request, () => {}, new AbortController().signal);
     console.log(state);
     setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  expect(String(line)).toBe('held\n');
  return child;
}

test('one user holds the board, another learns who, and gets it after the release', async () => {
  const ann = await hold(request('ann'));
  expect(await hold(request('bob'))).toMatchObject({
    state: 'busy',
    holder: { owner: 'ann@desk', runId: 'r1', startedUtc: expect.stringMatching(/^\d{4}-.*Z$/) },
  });
  expect(existsSync(join(directory, 'bob'))).toBe(false);
  release(ann);
  release(await hold(request('bob')));
});

test('a killed holder leaves nothing that must be taken over by another user', async () => {
  const ann = await holderProcess('ann');
  expect(await hold(request('bob'))).toMatchObject({ holder: { owner: 'ann@desk' } });
  ann.kill('SIGKILL');
  await once(ann, 'exit');
  const bob = await hold(request('bob'));
  expect(bob).toMatchObject({ state: 'held', stale: null });
  release(bob);
  const again = await hold(request('ann'));
  expect(again).toMatchObject({ state: 'held', stale: { owner: 'ann@desk' } });
  release(again);
});

test('who waits is told by whom the board is held, and gets it when that process is killed', async () => {
  const ann = await holderProcess('ann');
  const told: BoardHolder[] = [];
  const waiting = hold(request('bob', 60_000), (holder) => {
    told.push(holder);
    // By now bob is about to sleep on ann's socket, or already does: both have to end.
    setTimeout(() => ann.kill('SIGKILL'), 200);
  });
  const bob = await waiting;
  expect(told.map(({ owner }) => owner)).toEqual(['ann@desk']);
  release(bob);
});

test('a release wakes who waits', async () => {
  const ann = await hold(request('ann'));
  const bob = hold(request('bob', 60_000), () => setTimeout(() => release(ann), 100));
  release(await bob);
});

test('a holder that is stopped keeps the board; waiting ends with its time', async () => {
  const ann = await holderProcess('ann');
  try {
    ann.kill('SIGSTOP');
    const told: string[] = [];
    const bob = await hold(request('bob', 300), ({ owner }) => told.push(owner));
    expect(bob).toMatchObject({ state: 'busy', holder: { owner: 'ann@desk' } });
    expect(told).toEqual(['ann@desk']);
  } finally {
    ann.kill('SIGKILL');
  }
});

test('the signal ends the waiting', async () => {
  const ann = await hold(request('ann'));
  const stop = new AbortController();
  const bob = hold(request('bob', 60_000), () => setTimeout(() => stop.abort(), 50), stop.signal);
  expect(await bob).toEqual({ state: 'cancelled' });
  release(ann);
});

test('of many that wait only one at a time holds the board', async () => {
  const first = await hold(request('ann'));
  let held = 0;
  let most = 0;
  const others = ['bob', 'cat', 'dan'].map(async (user) => {
    const attempt = await hold(request(user, 60_000));
    held += 1;
    most = Math.max(most, held);
    await new Promise((done) => setTimeout(done, 50));
    held -= 1;
    release(attempt);
  });
  release(first);
  await Promise.all(others);
  expect(most).toBe(1);
});

test('strangers on its socket do not keep the holder from releasing the board', async () => {
  const ann = await hold(request('ann'));
  const stranger = createConnection(abstractPath(lockSocket(scope)));
  const closed = new Promise((done) => stranger.once('close', done));
  stranger.on('error', () => {});
  stranger.write('x'.repeat(100_000));
  await once(stranger, 'connect');
  release(ann);
  await closed;
  release(await hold(request('bob')));
});

test('a run of the same user that holds only the file is respected too', async () => {
  const elsewhere = await hold({ ...request('ann'), scope: `${scope}x` });
  expect(await hold(request('ann'))).toMatchObject({ state: 'busy', holder: { runId: 'r1' } });
  release(elsewhere);
  release(await hold(request('ann')));
});

test('the sentence names owner, run and age, and no age where the clock jumped', () => {
  const holder = { owner: 'ann@desk', runId: 'r1', startedUtc: '2026-11-23T09:00:00Z' };
  const at = (time: string) => busySentence(holder, Date.parse(`2026-11-23T${time}Z`));
  expect(at('11:05:59')).toBe(
    'ann@desk is benchmarking: run r1, for 2 h 5 min, since 2026-11-23T09:00:00Z',
  );
  expect(at('09:00:10')).toContain(', for less than a minute,');
  expect(at('08:00:00')).toBe('ann@desk is benchmarking: run r1, since 2026-11-23T09:00:00Z');
  expect(busySentence({ ...holder, startedUtc: '' }, 0)).toBe('ann@desk is benchmarking: run r1');
});
