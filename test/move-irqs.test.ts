import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { BoardFacts } from '../host/board/facts.ts';
import { analyseDump } from '../host/irq/analyse-dump.ts';
import { rootOn } from '../host/irq/board-root.ts';
import { guardianName } from '../host/irq/guardian.ts';
import { type IrqMoves, movesFrom } from '../host/irq/moves.ts';
import { restoreStale } from '../host/irq/stale-moves.ts';
import { dismissGuardian, type SteerTarget, startGuardian } from '../host/irq/steer.ts';
import { silentPrompter } from '../host/ssh/prompter.ts';
import { parseCounterTable } from '../host/telemetry/counter-table.ts';
import { makeBuiltIn } from '../models/built-in.ts';
import { ofKind, shortEffort, TestBoard, type TestModel, type TestRun } from './support/board.ts';
import { fixedInput, testCell } from './support/cells.ts';
import { openLocalLink } from './support/local-link.ts';

// Moving real interrupts takes root and would disturb the machine of the tests: the kernel's files are a tree below a directory,
// which takes any value as the kernel does for interrupts that it lets be moved. Scripts, processes and kills are real.

const board = new TestBoard();
const mlp: TestModel = {
  id: 'mlp',
  main: 'mlp.onnx',
  files: { 'mlp.onnx': makeBuiltIn('mlp-tiny') },
};
const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const treeRoot = join(board.path, 'tree');
const files = {
  '/proc/irq/67/smp_affinity_list': ['0-5', '1'],
  '/proc/irq/301/smp_affinity_list': ['0-5', '2'],
  '/sys/class/net/eth0/queues/rx-0/rps_cpus': ['00', '3f'],
} as const;
const asIfRoot = join(board.path, 'as-if-root');
const link = openLocalLink({
  env: { PATH: `${asIfRoot}:${process.env.PATH}`, HOME: board.homePath },
});
const signal = new AbortController().signal;
const moves: IrqMoves = {
  kind: 'spread',
  interruptCpu: 0,
  hasIrqbalance: false,
  changes: Object.entries(files).map(([path, [old, moved]]) => ({
    path: treeRoot + path,
    old,
    moved,
  })),
};
const target: SteerTarget = {
  link,
  base: board.basePath,
  bootId,
  root: { kind: 'root' },
  signal,
  treeRoot,
};
const record = join(board.basePath, 'irq/record');
const before = Object.values(files).map(([old]) => old);
const steered = Object.values(files).map(([, moved]) => moved);

beforeAll(async () => {
  await board.install();
  mkdirSync(asIfRoot);
  writeFileSync(join(asIfRoot, 'id'), '#!/bin/sh\necho 0\n');
  chmodSync(join(asIfRoot, 'id'), 0o755);
});
afterAll(() => board.remove());
beforeEach(() => {
  for (const [path, [old]] of Object.entries(files)) {
    mkdirSync(dirname(treeRoot + path), { recursive: true });
    writeFileSync(treeRoot + path, `${old}\n`);
  }
});
afterEach(async () => {
  for (const pid of guardians()) process.kill(pid, 'SIGKILL');
  await until(() => guardians().length === 0);
  await restoreStale(link, factsWith(bootId, false), silentPrompter, signal, treeRoot);
});

const values = () => Object.keys(files).map((path) => readFileSync(treeRoot + path, 'utf8').trim());

/** Both processes of the guardian of this test's board. */
function guardians(): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const isOurs = words.includes(guardianName) && words.includes(`${board.basePath}/irq`);
      return isOurs ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function factsWith(ofBoot: string, isGuarded: boolean): BoardFacts {
  const irqRecord = existsSync(record) ? { bootId: ofBoot, isGuarded } : null;
  return { bootId, base: { path: board.basePath }, irqRecord } as BoardFacts;
}

function start(changes = {}): TestRun {
  const ones = new Uint8Array(new Float32Array(784).fill(1).buffer);
  const inputs = [fixedInput('input', [1, 784], board.store(ones))];
  const cells = [
    testCell('kept', 'mlp', inputs),
    testCell('moved', 'mlp', inputs, { isSteered: true }),
  ];
  const effort = { ...shortEffort, ...changes };
  return board.start(board.plan([mlp], cells, { effort, telemetry: 'off' }));
}

/** Measures so long that somebody has to end it. */
const long = { processBudgetMs: 120_000, minIterations: 1e9, maxIterations: 1e9 };

async function duringMoved(run: TestRun): Promise<void> {
  await run.until((events) => ofKind(events, 'tele').find(({ steering }) => steering?.isOn));
}

test('interrupts are moved for the cells that want it, back for the others, and back at the end', async () => {
  await startGuardian(target, moves);
  expect(values()).toEqual(before);
  expect(readFileSync(record, 'utf8')).toContain(`boot ${bootId}\nset ${treeRoot}/proc/irq/67`);
  const run = start();
  expect(await run.exit).toBe(0);
  await until(() => guardians().length === 0);
  expect(values()).toEqual(before);
  expect(existsSync(record)).toBe(false);
  const told = ofKind(run.events(), 'tele').flatMap(({ steering }) => steering ?? []);
  expect(told.map(({ isOn }) => isOn)).toContain(true);
  expect(told.find(({ isOn }) => isOn)).toMatchObject({ moved: { length: 3 }, refused: [] });
  expect(ofKind(run.events(), 'cell').map(({ reason }) => reason)).not.toContain('failed');
});

test('kill -9 of the supervisor puts everything back', async () => {
  await startGuardian(target, moves);
  const run = start(long);
  // The first block may begin with the cell that moves nothing.
  await run.until((events) => ofKind(events, 'process')[0]);
  if (ofKind(run.events(), 'process')[0]?.cell === 'kept') {
    process.kill(ofKind(run.events(), 'process')[0]?.pid ?? 0, 'SIGKILL');
  }
  await duringMoved(run);
  expect(values()).toEqual(steered);
  process.kill(run.pid, 'SIGKILL');
  await until(() => guardians().length === 0);
  expect(values()).toEqual(before);
  expect(existsSync(record)).toBe(false);
});

test('kill -9 of either process of the guardian puts everything back, and the run says that nothing is moved', async () => {
  await startGuardian(target, moves);
  const run = start({ ...long, processBudgetMs: 3000 });
  await run.until((events) => ofKind(events, 'process')[0]);
  if (ofKind(run.events(), 'process')[0]?.cell === 'kept') {
    process.kill(ofKind(run.events(), 'process')[0]?.pid ?? 0, 'SIGKILL');
  }
  await duringMoved(run);
  // The younger one reads the commands; the older waits for it.
  process.kill(Math.max(...guardians()), 'SIGKILL');
  await until(() => guardians().length === 0);
  expect(values()).toEqual(before);
  expect(existsSync(record)).toBe(false);
  await run.until((events) => ofKind(events, 'warn').find(({ code }) => code === 'irq-not-moved'));
  process.kill(run.pid, 'SIGTERM');
  await run.exit;
}, 60_000);

test('with both killed the record stays, and the next contact puts back and says so', async () => {
  await startGuardian(target, moves);
  const run = start(long);
  await run.until((events) => ofKind(events, 'process')[0]);
  if (ofKind(run.events(), 'process')[0]?.cell === 'kept') {
    process.kill(ofKind(run.events(), 'process')[0]?.pid ?? 0, 'SIGKILL');
  }
  await duringMoved(run);
  // Stopped first: neither may act on the other's end.
  for (const pid of guardians()) process.kill(pid, 'SIGSTOP');
  for (const pid of guardians()) process.kill(pid, 'SIGKILL');
  process.kill(run.pid, 'SIGKILL');
  await until(() => guardians().length === 0);
  expect(values()).toEqual(steered);
  await expect(startGuardian(target, moves)).rejects.toMatchObject({ code: 'interrupts-moved' });
  const guarded = factsWith(bootId, true);
  expect(await restoreStale(link, guarded, silentPrompter, signal, treeRoot)).toBeNull();
  const said = await restoreStale(link, factsWith(bootId, false), silentPrompter, signal, treeRoot);
  expect(said).toContain('they are back where they were');
  expect(values()).toEqual(before);
  expect(existsSync(record)).toBe(false);
});

test('what a reboot has put back is only forgotten', async () => {
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(
    record,
    `boot 00000000-0000\nset ${treeRoot}/proc/irq/67/smp_affinity_list 0-1 3\n`,
  );
  const facts = factsWith('00000000-0000', false);
  const said = await restoreStale(link, facts, silentPrompter, signal, treeRoot);
  expect(said).toContain('the reboot since then put them back');
  expect([values(), existsSync(record)]).toEqual([before, false]);
});

test('a guardian that no supervisor comes for changes nothing and goes when it is let go', async () => {
  await startGuardian(target, moves);
  // As after a connection that was lost before the answer came.
  await startGuardian(target, moves);
  await dismissGuardian(target);
  await until(() => guardians().length === 0);
  expect([values(), existsSync(record)]).toEqual([before, false]);
});

test('a record that names other files makes root write none of them', async () => {
  const other = join(board.path, 'shadow');
  writeFileSync(other, 'untouched');
  const paths = [other, `${treeRoot}/proc/irq/../../../shadow/smp_affinity_list`];
  const changes = paths.map((path) => ({ path, old: '0', moved: '1' }));
  await startGuardian(target, { ...moves, changes: [...changes, ...moves.changes] });
  const run = start();
  expect(await run.exit).toBe(0);
  await until(() => guardians().length === 0);
  expect(readFileSync(other, 'utf8')).toBe('untouched');
});

test('a password goes to sudo by standard input alone, and is asked for again when wrong', async () => {
  const programs = join(board.path, 'programs');
  mkdirSync(programs);
  // Stands in for sudo, and for a user who is not root: takes one password on its standard input.
  writeFileSync(
    join(programs, 'sudo'),
    '#!/bin/sh\n[ "$1" = -n ] && exit 1\nIFS= read -r w\n[ "$w" = "pass \\word" ] || exit 1\nshift 4\nexec "$@"\n',
  );
  writeFileSync(join(programs, 'id'), '#!/bin/sh\necho 1000\n');
  for (const name of ['sudo', 'id']) chmodSync(join(programs, name), 0o755);
  const far = openLocalLink({
    env: { PATH: `${programs}:${process.env.PATH}`, HOME: board.homePath },
  });
  const answers = ['wrong', 'pass \\word'];
  const asked: string[] = [];
  const prompter = {
    ask: async ({ text, echo }: { text: string; echo: boolean }) => {
      asked.push(`${text}${echo}`);
      return answers.shift() ?? null;
    },
  };
  const root = await rootOn(far, prompter, signal);
  expect(root).toEqual({ kind: 'password', password: 'pass \\word' });
  expect(asked).toEqual([
    '[sudo] password on this-machine: false',
    'That was not it. [sudo] password on this-machine: false',
  ]);
  await startGuardian({ ...target, link: far, root }, moves);
  const run = start();
  expect(await run.exit).toBe(0);
  await until(() => guardians().length === 0);
  expect([values(), existsSync(record)]).toEqual([before, false]);
  expect(far.execs.join('\n')).not.toContain('pass \\word');
  await expect(rootOn(far, silentPrompter, signal)).rejects.toMatchObject({
    code: 'not-permitted',
  });
});

test.each([
  ['auto', 'spread', ['0', '1', '2'], '3f'],
  ['gather', 'gather', ['0', '0', '0'], '1'],
] as const)('%s on the board of the thesis: %s', (wanted, kind, cpus, mask) => {
  const dump = readFileSync('test/fixtures/proc/orin-interrupts.txt', 'utf8');
  const analysis = analyseDump({
    interrupts: parseCounterTable(dump),
    softirqs: null,
    before: null,
  });
  const busiest = ['67', '301', '154'];
  const output = [
    ...busiest.map((id) => `now=/proc/irq/${id}/smp_affinity_list 0-5`),
    'now=/sys/class/net/eth0/queues/rx-0/rps_cpus 00',
    'irqbalance=1',
  ].join('\n');
  const online = [0, 1, 2, 3, 4, 5];
  const found = movesFrom(output, { kind: wanted, cpu: 0, online }, analysis);
  expect(found).toMatchObject({ kind, hasIrqbalance: true });
  expect(found.changes.map(({ path, old, moved }) => [path, old, moved])).toEqual([
    ...busiest.map((id, at) => [`/proc/irq/${id}/smp_affinity_list`, '0-5', cpus[at]]),
    ['/sys/class/net/eth0/queues/rx-0/rps_cpus', '00', mask],
  ]);
});
