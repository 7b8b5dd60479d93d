import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configuredHosts } from './configured-hosts.ts';

test('hosts of the configuration and of what it includes, each once; patterns are no hosts', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'orin-hosts-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const config = [
    'Include lab.conf',
    'Host orin nano nx-* !bad # a comment',
    '  HostName 192.168.55.1',
    'host=agx',
    'Match host orin',
    'Host *',
    'Host orin',
  ];
  await writeFile(join(directory, 'config'), config.join('\n'));
  await writeFile(join(directory, 'lab.conf'), 'Host lab-1\n  User nvidia\n');
  expect(await configuredHosts(directory)).toEqual(['lab-1', 'orin', 'nano', 'agx']);
});

test('without a configuration there are none', async () => {
  expect(await configuredHosts('/nowhere')).toEqual([]);
});
