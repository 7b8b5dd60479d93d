import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { rootOn } from '../host/board/interrupts/board-root.ts';
import { restoreStale } from '../host/board/interrupts/stale-moves.ts';
import { dismissGuardian, startGuardian } from '../host/board/interrupts/steer.ts';
import { analyseDump } from '../host/irq/analyse-dump.ts';
import { movesFrom } from '../host/irq/moves.ts';
import { silentPrompter } from '../host/reach/trust/prompter.ts';
import { parseCounterTable } from '../host/telemetry/counter-table.ts';
import { ofKind } from './support/board.ts';
import { openLocalLink } from './support/local-link.ts';
import {
  before,
  board,
  bootId,
  duringMoved,
  factsWith,
  guardians,
  link,
  long,
  moves,
  record,
  signal,
  start,
  steered,
  target,
  treeRoot,
  until,
  values,
} from './support/steered-board.ts';

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
