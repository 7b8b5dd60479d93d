import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEffectiveSettings } from './read-settings.ts';
import { SharedSettings } from './shared-settings.ts';
import { parseTargetName } from './target-name.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orin-settings-'));
  // Counts how often ssh is asked, and is ssh.
  const counting = `#!/bin/sh\necho asked >> ${directory}/asked\nPATH=${process.env.PATH} exec ssh "$@"\n`;
  await writeFile(join(directory, 'ssh'), counting);
  await chmod(join(directory, 'ssh'), 0o755);
});
afterAll(() => rm(directory, { recursive: true }));

async function timesAsked(): Promise<number> {
  const text = await readFile(join(directory, 'asked'), 'utf8').catch(() => '');
  await rm(join(directory, 'asked'), { force: true });
  return text.split('\n').length - 1;
}

const hosts = ['orin-1', 'orin-2.Lab', 'nano-1', 'nvidia@orin-3', 'orin-4:2200', 'orin-5:2201'];

test.each([
  ['one block for many', 'Host orin-*\n  User lab\n  Port 2222\nHost *\n  Compression yes\n', 4],
  ['a veto', 'Host orin-* !orin-2*\n  User lab\nHost "nano-1"\n  Port 7\n', 5],
  ['nothing at all', '', 3],
  ['a block for each with its address', 'Host orin-1\n  HostName orin-1\nHost *\n  User x\n', 6],
  ['a Match', 'Match host orin-1\n  User lab\n', 6],
  ['tokens', 'Host *\n  IdentityFile ~/.ssh/%h\n', 6],
  ['an include that only ssh finds', 'Include ~/.ssh/none-*/config\n', 6],
  ['a blank in the path of an include', 'Include "@/my hosts"\nHost *\n  User x\n', 4],
  ['other quotes around it', "Include '@/my hosts'\n", 6],
  ['a blank that is escaped', 'Include @/my\\ hosts\n', 6],
  ['two includes, one of them missing', 'Include @/none "@/my hosts"\n', 4],
  ['canonical names', 'CanonicalizeHostname no\n', 6],
])('with %s, hosts get what ssh says of each', async (_, config, times) => {
  const configFile = join(directory, 'config');
  await writeFile(join(directory, 'my hosts'), 'Host orin-1\n  User other\n  Port 77\n');
  await writeFile(configFile, config.replaceAll('@', directory));
  const own = { configFile, environment: process.env };
  const counted = { ...own, environment: { ...process.env, PATH: directory } };
  const shared = new SharedSettings();
  for (const host of hosts) {
    const name = parseTargetName(host);
    const { settings } = await shared.read(name, counted);
    expect(settings).toEqual((await readEffectiveSettings(name, own)).settings);
  }
  expect(await timesAsked()).toBe(times);
});

test('what the command line says is part of what makes hosts alike', async () => {
  const environment = { ...process.env, PATH: directory };
  const shared = new SharedSettings();
  const read = async (option: string) => {
    const options = { configFile: 'none', environment, options: [option] };
    return (await shared.read(parseTargetName('orin-1'), options)).settings.get('user')?.[0];
  };
  expect([await read('User=ann'), await read('User=bob'), await read('User=ann')]).toEqual([
    'ann',
    'bob',
    'ann',
  ]);
  expect(await timesAsked()).toBe(2);
});
