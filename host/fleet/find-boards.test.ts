import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findBoards } from './find-boards.ts';

test('hosts of an ssh_config are found through its includes, in their order, and once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'orin-hosts-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, 'conf.d'));
  await writeFile(join(directory, 'conf.d', '10-shelf'), 'Host orin-2 orin-3\n  User nvidia\n');
  await writeFile(join(directory, 'conf.d', '20-desk'), 'Host orin-1 *.lab !orin-9\n');
  const path = join(directory, 'config');
  await writeFile(path, `Host orin-1\nInclude ${directory}/conf.d/*\nHost orin-4\n`);
  const query = {
    fleetFile: null,
    readPlan: () => ({}),
    inventory: null,
    defaultFleetFile: '/none',
    sshConfig: path,
  };
  const { boards } = await findBoards({ ...query, terms: [] });
  expect(boards.map(({ name }) => name)).toEqual(['orin-1', 'orin-2', 'orin-3', 'orin-4']);
  const chosen = await findBoards({ ...query, terms: ['orin-[2-4]', '!orin-3'] });
  expect(chosen.boards.map(({ name }) => name)).toEqual(['orin-2', 'orin-4']);
  await expect(findBoards({ ...query, sshConfig: `${path}.no`, terms: [] })).rejects.toMatchObject({
    code: 'config',
  });
});
