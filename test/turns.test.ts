import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockSocket } from '../agent/contract/board-lock.ts';
import { takeBoard } from '../agent/supervise/board-socket.ts';
import { type Boards, startBoards } from './support/boards.ts';
import { type Cli, type CliOptions, makeCli } from './support/cli.ts';
import { makeMarkedBase } from './support/marked-base.ts';
import type { Sshd } from './support/sshd.ts';

const short = '--model mlp-tiny --threads 1 --quick --blocks 1 --telemetry off'.split(' ');
const ann = {
  owner: 'ann@desk',
  runId: '20260101-000000-abcdef',
  startedUtc: '2026-01-01T00:00:00Z',
};
let cli: Cli;
let boards: Boards;

beforeAll(async () => {
  cli = await makeCli();
  boards = await startBoards({ 'orin-1': {}, 'orin-2': {} });
}, 60_000);
afterAll(async () => {
  await boards.stop();
  await cli.remove();
});

/** Holds a board as a run of another user would: by the sockets alone. */
async function hold(board: Sshd): Promise<() => void> {
  const scope = `.test-${dirname(board.configFile).slice(-6)}`;
  const held = await takeBoard(ann, scope);
  if (held.state !== 'held') throw new Error('the board is busy already');
  return held.release;
}

/** Calls back once, when a line that fits came. */
function when(
  pattern: RegExp,
  act: (interrupt: (signal: NodeJS.Signals) => void) => void,
): CliOptions {
  let isDone = false;
  return {
    onStderr(text, interrupt) {
      if (isDone || !pattern.test(text)) return;
      isDone = true;
      act(interrupt);
    },
  };
}

function baseOf(name: string): string {
  return join(boards.board(name).home, '.cache/orin-remote');
}

async function reserveAs(name: string, owner: string, forMs: number): Promise<void> {
  const fromMs = Date.now();
  makeMarkedBase(baseOf(name));
  await writeFile(
    join(baseOf(name), 'reservation'),
    `${JSON.stringify({ owner, note: 'thesis runs', fromMs, untilMs: fromMs + forMs })}\n`,
  );
}

test('a busy board is refused with the way to take turns', async () => {
  const release = await hold(boards.board('orin-1'));
  try {
    const { code, stderr } = await cli.run(['bench', 'orin-1', '-F', boards.configFile, ...short]);
    expect(code).toBe(4);
    expect(stderr).toContain('run 20260101-000000-abcdef of ann@desk, started 2026-01-01');
    expect(stderr).toContain('--wait 2h');
  } finally {
    release();
  }
}, 30_000);

test('a lock that another user holds without a run is told with that user and a way out', async ({
  skip,
}) => {
  if (process.getuid?.() !== 0) return skip('only root can become a second user');
  const board = boards.board('orin-1');
  const scope = `.test-${dirname(board.configFile).slice(-6)}`;
  const name = `pack(q(Sa108),1,chr(0).q(${lockSocket(scope)}))`;
  const program = `socket(S,1,1,0); bind(S,${name}) or die; listen(S,5); print "held\\n"; close STDOUT; sleep 60`;
  const squatter = spawn('perl', ['-e', `use IO::Handle; STDOUT->autoflush(1); ${program}`], {
    uid: 64_321,
    gid: 64_321,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(squatter.stdout, 'data');
    const { code, stderr } = await cli.run(['bench', 'orin-1', '-F', boards.configFile, ...short]);
    expect(code).toBe(4);
    expect(stderr).toContain(
      `somebody holds it who says nothing of a run, process ${squatter.pid} of user 64321`,
    );
    expect(stderr).toContain(`ask user 64321; on the board \`sudo kill ${squatter.pid}\` ends it`);
    const doctor = await cli.run(['doctor', 'orin-1', '-F', boards.configFile]);
    expect(doctor.stdout).toMatch(/busy +somebody holds it .* of user 64321/);
  } finally {
    squatter.kill('SIGKILL');
  }
}, 60_000);

test('Ctrl-C while waiting leaves nothing behind, here and there', async () => {
  const board = boards.board('orin-1');
  const release = await hold(board);
  try {
    const { code, stderr } = await cli.run(
      ['bench', 'orin-1', '-F', boards.configFile, ...short, '--wait', '10m'],
      when(/waiting {5}run 20260101-000000-abcdef of ann@desk/, (interrupt) => interrupt('SIGINT')),
    );
    expect(code, stderr).toBe(130);
    expect(await readdir(join(baseOf('orin-1'), 'runs')).catch(() => [])).toEqual([]);
    expect(await readdir(cli.runs).catch(() => [])).toEqual([]);
    await expect.poll(() => board.sessions(), { timeout: 15_000 }).toEqual([]);
  } finally {
    release();
  }
}, 60_000);

test('waiting ends at its time', async () => {
  const release = await hold(boards.board('orin-1'));
  try {
    const { code, stderr } = await cli.run([
      'bench',
      'orin-1',
      '-F',
      boards.configFile,
      ...short,
      '--wait',
      '1s',
    ]);
    expect(code).toBe(4);
    expect(stderr).toContain('was not free within 1 s');
  } finally {
    release();
  }
}, 30_000);

test('a board of a fleet that waits holds no lane, and is measured when it is free', async () => {
  const release = await hold(boards.board('orin-1'));
  const { code, stderr } = await cli.run(
    ['fleet', 'orin-[1-2]', '-F', boards.configFile, ...short, '--jobs', '1', '--wait', '10m'],
    // Only then: with one lane for both, a waiting board in it would be a deadlock.
    when(/^orin-2 .* done /m, release),
  );
  release();
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/^orin-1 .* waiting {5}run \S+ of ann@desk/m);
  expect(stderr).toMatch(/^orin-1 .* done /m);
}, 120_000);

test("somebody else's reservation is told, and waited for where one waits", async () => {
  await reserveAs('orin-1', 'ann@desk', 3_600_000);
  const check = await cli.run(['fleet', 'check', 'orin-[1-2]', '-F', boards.configFile]);
  expect(check.stdout).toMatch(/orin-1 {2}reserved by ann@desk for 1 h 0 min more.*: thesis runs/);
  const doctor = await cli.run(['doctor', 'orin-1', '-F', boards.configFile]);
  expect(doctor.stdout).toMatch(/reserved +by ann@desk/);
  const warned = await cli.run(['bench', 'orin-1', '-F', boards.configFile, ...short]);
  expect(warned.code, warned.stderr).toBe(0);
  expect(warned.stderr).toContain('reserved by ann@desk');
  await reserveAs('orin-1', 'ann@desk', 4_000);
  const waited = await cli.run([
    'bench',
    'orin-1',
    '-F',
    boards.configFile,
    ...short,
    '--wait',
    '5m',
  ]);
  expect(waited.code, waited.stderr).toBe(0);
  expect(waited.stderr).toMatch(/waiting {5}reserved by ann@desk/);
  expect(waited.stderr).toContain('it is our turn');
}, 120_000);

test('boards are reserved, listed and released; others are refused without --force', async () => {
  const hosts = ['orin-[1-2]', '-F', boards.configFile];
  const words = ['--for', '2h', '--note', `it's "mine" $(now)`];
  const reserved = await cli.run(['fleet', 'reserve', ...hosts, ...words]);
  expect(reserved.code, reserved.stderr).toBe(0);
  const listed = await cli.run(['fleet', 'reservations', ...hosts, '--json']);
  const reservations = JSON.parse(listed.stdout);
  expect(reservations).toHaveLength(2);
  expect(reservations[0].reservation).toMatchObject({ note: `it's "mine" $(now)` });
  // One's own stands in nobody's way.
  const own = await cli.run(['bench', ...hosts.slice(1), 'orin-1', ...short, '--dry-run']);
  expect(own.stderr).not.toContain('reserved by');
  await reserveAs('orin-2', 'ann@desk', 3_600_000);
  const refused = await cli.run(['fleet', 'release', ...hosts]);
  expect(refused.code).toBe(3);
  expect(refused.stdout).toMatch(/orin-2 {3}the board is not yours for now: reserved by ann@desk/);
  const forced = await cli.run(['fleet', 'release', ...hosts, '--force']);
  expect(forced.code).toBe(0);
  const after = await cli.run(['fleet', 'reservations', ...hosts]);
  expect(after.stdout).toMatch(/orin-1 +nobody[\s\S]*orin-2 +nobody/);
}, 60_000);
