import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLocalLink } from '../../test/support/local-link.ts';
import { Connection } from './connection.ts';
import { putBack } from './put-back.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/orin-put-back-`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('stopping ends the laying back, and leaves nothing of it', async () => {
  const [saved, base] = [`${directory}/saved`, `${directory}/base`];
  mkdirSync(saved);
  mkdirSync(`${base}/runs`, { recursive: true });
  writeFileSync(`${saved}/journal.ndjson`, randomBytes(8_000_000));
  const stop = new AbortController();
  const link = openLocalLink({ env: { PATH: process.env.PATH ?? '', HOME: directory } });
  const start = link.start.bind(link);
  link.start = async (command, signal) => {
    const process = await start(command, signal);
    if (command.includes('gzip -dc')) stop.abort(new DOMException('stopped', 'AbortError'));
    return process;
  };
  const connection = new Connection(
    {
      board: 'this-machine',
      connect: () => Promise.reject(new Error('never asked')),
      directories: { runs: directory },
      listener: () => {},
      signal: stop.signal,
      leave: new AbortController().signal,
    },
    link,
  );
  const renewal = { withinMs: 100, lost: 'lost', again: 'again', signal: stop.signal };
  const run = { base, runId: '20261123-101500-3fa9c1', saved };
  await expect(putBack(connection, run, renewal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(readdirSync(`${base}/runs`)).toEqual([]);
});
