import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FleetRecord, fleetRecordSchema } from '../host/fleet/fleet-record.ts';
import { type Boards, startBoards } from './support/boards.ts';
import { type Cli, makeCli } from './support/cli.ts';
import { makeKey, publicKey } from './support/sshd.ts';

const short = '--model mlp-tiny --threads 1 --quick --blocks 1 --telemetry off'.split(' ');
const names = ['orin-1', 'orin-2', 'orin-3'];
const PASSPHRASE = 'open sesame';
let cli: Cli;
let boards: Boards;
let lockedKey: string;

beforeAll(async () => {
  cli = await makeCli();
  lockedKey = join(cli.home, 'locked_key');
  await makeKey(lockedKey, 'ed25519', PASSPHRASE);
  const authorizedKeys = [await publicKey(lockedKey)];
  boards = await startBoards(Object.fromEntries(names.map((name) => [name, { authorizedKeys }])), [
    'orin-gone',
  ]);
}, 60_000);
afterAll(async () => {
  await boards.stop();
  await cli.remove();
});

async function newestRecord(): Promise<FleetRecord> {
  const fleets = join(cli.runs, '..', 'fleets');
  const [id = ''] = (await readdir(fleets)).sort().reverse();
  const text = await readFile(join(fleets, id, 'fleet.json'), 'utf8');
  return fleetRecordSchema.parse(JSON.parse(text));
}

test('--fail-fast stops all boards at the first failure, and keeps what they measured', async () => {
  const long = ['--model', 'resnet34-cifar10', '--threads', '1', '--telemetry', 'off'];
  let isGone = false;
  const { code, stderr, stdout } = await cli.run(
    ['fleet', ...names, '-F', boards.configFile, ...long, '--fail-fast'],
    {
      onStderr(text) {
        if (
          isGone ||
          !/^orin-3 .* measuring /m.test(text) ||
          !/^orin-1 .* measuring /m.test(text)
        ) {
          return;
        }
        isGone = true;
        void endSupervisor('orin-3');
      },
    },
  );
  const outcomes = (await newestRecord()).boards.map(({ outcome }) => outcome);
  expect(outcomes[2], stderr).toBe('failed');
  expect(outcomes.slice(0, 2), stderr).toEqual(['cancelled', 'cancelled']);
  expect(code, stdout).toBe(4);
}, 120_000);

/** As a crash would: its run is cut there. */
async function endSupervisor(name: string): Promise<void> {
  process.kill(await supervisorOf(name), 'SIGKILL');
}

/** Its pid, once it measures. */
async function supervisorOf(name: string): Promise<number> {
  const runs = join(boards.board(name).home, '.cache/orin-remote/runs');
  for (;;) {
    for (const id of await readdir(runs).catch(() => [])) {
      const pid = Number(await readFile(join(runs, id, 'pid'), 'utf8').catch(() => '0'));
      const journal = await readFile(join(runs, id, 'journal.ndjson')).catch(() => null);
      if (pid > 0 && journal?.includes('"process"')) return pid;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("all is measured by the system's own ssh as well", async () => {
  const { code, stderr, stdout } = await cli.run([
    'fleet',
    'orin-1',
    'orin-2',
    '-F',
    boards.configFile,
    ...short,
    '--transport',
    'ssh',
  ]);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('2 boards: 2 measured');
}, 120_000);

test('a program that is killed loses nothing: attach collects all boards', async () => {
  let isSeen = false;
  const killed = await cli.run(['fleet', ...names, '-F', boards.configFile, ...short], {
    onStderr(text, interrupt) {
      if (isSeen || !names.every((name) => new RegExp(`^${name} .* measuring `, 'm').test(text))) {
        return;
      }
      isSeen = true;
      void Promise.all(names.map(supervisorOf)).then(() => interrupt('SIGKILL'));
    },
  });
  expect(killed.code).toBeNull();
  const before = await newestRecord();
  expect(before.boards.every(({ runId, isSaved }) => runId !== null && !isSaved)).toBe(true);
  const attached = await cli.run(['fleet', 'attach', before.id]);
  expect(attached.code, attached.stderr).toBe(0);
  const after = await newestRecord();
  expect(after.boards.map(({ outcome, isSaved }) => [outcome, isSaved])).toEqual(
    names.map(() => ['done', true]),
  );
  expect(after.boards.map(({ runId }) => runId)).toEqual(before.boards.map(({ runId }) => runId));
  const retried = await cli.run(['fleet', 'retry', before.id]);
  expect(retried.stderr).toContain('every board gave a result');
}, 120_000);

test('host keys are asked for one at a time, by host; a passphrase once for all boards', async () => {
  const hostsFile = join(cli.home, 'asked_hosts');
  await rm(hostsFile, { force: true });
  const config = (await readFile(boards.configFile, 'utf8'))
    .replaceAll(/UserKnownHostsFile .*/g, `UserKnownHostsFile ${hostsFile}`)
    .replaceAll(/IdentityFile .*/g, `IdentityFile ${lockedKey}`);
  const configFile = join(cli.home, 'asking_config');
  await writeFile(configFile, config);
  let answered = 0;
  let isUnlocked = false;
  const { code, stdout } = await cli.run(['fleet', 'check', ...names, '-F', configFile], {
    onTerminal(text, press) {
      const questions = text.match(/\(yes\/no[^)]*\)\??/g)?.length ?? 0;
      if (questions > answered) {
        // Two open questions at once could not be told apart.
        expect(questions).toBe(answered + 1);
        answered += 1;
        press('yes\r');
      }
      if (!isUnlocked && /passphrase/i.test(text)) {
        isUnlocked = true;
        press(`${PASSPHRASE}\r`);
      }
    },
  });
  expect(code, stdout).toBe(0);
  expect(answered).toBe(3);
  expect(stdout.match(/passphrase/gi)).toHaveLength(1);
  expect(stdout).not.toContain(PASSPHRASE);
  for (const name of names)
    expect(stdout).toMatch(new RegExp(`${name}[^\\n]*|authenticity.*${name}`));
}, 60_000);
