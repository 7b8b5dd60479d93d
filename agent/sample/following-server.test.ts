import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { followingServer } from './following-server.ts';

/**
 * A shell by the name of a server stands in for it: what counts is the name and who started whom.
 */
function follow(script: (journal: string) => string): { journal: string; server: ChildProcess } {
  const directory = mkdtempSync(join(tmpdir(), 'orin-following-'));
  const journal = join(directory, 'journal.ndjson');
  const program = join(directory, 'sshd');
  copyFileSync('/bin/sh', program);
  writeFileSync(journal, '{}\n');
  const server = spawn(program, ['-c', `${script(journal)}; :`], { detached: true });
  onTestFinished(() => {
    process.kill(-(server.pid ?? 0), 'SIGKILL');
    rmSync(directory, { recursive: true });
  });
  server.stdout.resume();
  return { journal, server };
}

const said = (server: ChildProcess) =>
  new Promise((resolve) => server.stdout?.once('data', resolve));

test('the server above the tail that follows the journal, whatever shells are in between', async () => {
  const direct = follow((journal) => `tail -f ${journal}`);
  const shells = follow((journal) => `sh -c 'sh -c "tail -f ${journal}; :"; :'`);
  for (const { journal, server } of [direct, shells]) {
    await vi.waitFor(() => expect(followingServer(journal)).toBe(server.pid), 10_000);
  }
});

test('no server: another journal, another program than tail, or a program of ours in between', async () => {
  const { journal, server } = follow((path) => `tail -f ${path}`);
  const reader = follow((path) => `cat ${path} -`);
  const words = '["-f", process.argv[1]], { stdio: "inherit" }';
  const below = follow(
    (path) => `${process.execPath} -e 'require("child_process").spawn("tail", ${words})' ${path}`,
  );
  await Promise.all([server, reader.server, below.server].map(said));
  expect(followingServer(`${journal}.other`)).toBeNull();
  expect(followingServer(reader.journal)).toBeNull();
  expect(followingServer(below.journal)).toBeNull();
});
