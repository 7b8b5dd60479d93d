import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { startGuardian } from '../host/board/interrupts/steer.ts';
import { ofKind, readJournal, type TestRun } from './support/board.ts';
import { openLocalLink } from './support/local-link.ts';
import {
  before,
  board,
  duringMoved,
  guardians,
  long,
  moves,
  record,
  start,
  target,
  treeRoot,
  until,
  values,
} from './support/steered-board.ts';

const movedFirst = {
  order: [
    ['moved', 'kept'],
    ['moved', 'kept'],
  ],
};
const endOf = (run: TestRun, process: number) =>
  run.until((events) => ofKind(events, 'process-end').find((end) => end.process === process));
const endsOf = (run: TestRun) =>
  Object.fromEntries(ofKind(run.events(), 'cell').map(({ cell, reason }) => [cell, reason]));

test('one interrupt moved by something else: that process does not count, and no other cell runs with the rest moved', async () => {
  await startGuardian(target, moves);
  const run = start({ ...long, processBudgetMs: 1500 }, movedFirst);
  await duringMoved(run);
  writeFileSync(`${treeRoot}/proc/irq/67/smp_affinity_list`, '3\n');
  expect(await endOf(run, 0)).toMatchObject({ outcome: 'ok', isMovedBack: true });
  await run.until((events) => ofKind(events, 'process').find(({ cell }) => cell === 'kept'));
  expect(values()).toEqual(before);
  expect(await run.exit).toBe(0);
  expect(endsOf(run)).toEqual({ moved: 'failed', kept: 'max-blocks' });
  expect(ofKind(run.events(), 'process').map(({ cell }) => cell)).toEqual([
    'moved',
    'kept',
    'kept',
  ]);
  const told = ofKind(run.events(), 'tele').flatMap(({ steering }) => steering ?? []);
  expect(told.map(({ isOn }) => isOn)).toEqual([true, false]);
  const warnings = ofKind(run.events(), 'warn').map(({ code }) => code);
  expect(warnings.filter((code) => code.startsWith('irq'))).toEqual(['irq-not-moved']);
  await until(() => guardians().length === 0);
  expect([values(), existsSync(record)]).toEqual([before, false]);
}, 60_000);

test('with nobody left to put interrupts back no other cell is measured', async () => {
  await startGuardian(target, moves);
  const run = start({ ...long, processBudgetMs: 1500 }, movedFirst);
  await duringMoved(run);
  for (const pid of guardians()) process.kill(pid, 'SIGSTOP');
  for (const pid of guardians()) process.kill(pid, 'SIGKILL');
  expect((await endOf(run, 0)).isMovedBack).toBeUndefined();
  await run.exit;
  expect(ofKind(run.events(), 'process').map(({ cell }) => cell)).toEqual(['moved']);
  expect(endsOf(run).kept).toBe('failed');
  const codes = ofKind(run.events(), 'warn').map(({ code }) => code);
  expect(codes.filter((code) => code.startsWith('irq'))).toEqual(['irq-not-moved', 'irq-not-back']);
}, 60_000);

test('a run that was cut goes on without: moved cells leave, the others are measured', async () => {
  const segment = ['--segment', '2'];
  const run = start({}, { segment: 2 }, segment);
  expect(await run.exit).toBe(0);
  const events = readJournal(run.directory, 2);
  const ends = ofKind(events, 'cell').map(({ cell, reason }) => [cell, reason]);
  expect(Object.fromEntries(ends)).toMatchObject({ moved: 'failed' });
  expect(ofKind(events, 'process').map(({ cell }) => cell)).toContain('kept');
  expect(ofKind(events, 'warn').map(({ code }) => code)).toContain('irq-not-moved');

  // Nothing of the cells that want it is missing: nothing is said.
  const plain = start({}, { segment: 2, order: [['kept']] }, segment);
  expect(await plain.exit).toBe(0);
  const said = ofKind(readJournal(plain.directory, 2), 'warn').map(({ code }) => code);
  expect(said).not.toContain('irq-not-moved');
});

test('a guardian that does not come leaves no process behind', async () => {
  const programs = join(board.path, 'without-root');
  mkdirSync(programs);
  // Stands in for a sudo that lets nobody in, and for a wait that need not be as long.
  writeFileSync(join(programs, 'sudo'), '#!/bin/sh\nexit 1\n');
  writeFileSync(join(programs, 'sleep'), '#!/bin/sh\nPATH=/usr/bin:/bin exec sleep 0.005\n');
  for (const name of ['sudo', 'sleep']) chmodSync(join(programs, name), 0o755);
  // /bin/sh may be another shell here: that of most boards is dash.
  const dash = ['/bin/dash', '/usr/bin/dash'].find((path) => existsSync(path));
  if (dash !== undefined) symlinkSync(dash, join(programs, 'sh'));
  const env = { PATH: `${programs}:${process.env.PATH}`, HOME: board.homePath };
  const refused = startGuardian(
    { ...target, link: openLocalLink({ env }), root: { kind: 'passwordless' } },
    moves,
  );
  await expect(refused).rejects.toMatchObject({ code: 'remote-command' });
  const holders = () =>
    readdirSync('/proc').filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes('orin-remote-irq-hold') && words.includes(dirname(record));
      } catch {
        return false;
      }
    });
  await until(() => holders().length === 0);
  expect(readdirSync(dirname(record))).toEqual([]);
});
