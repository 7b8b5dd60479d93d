import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { followingServer } from '../agent/sample/following-server.ts';
import { sh } from '../host/shell/sh.ts';
import { startSshd } from './support/sshd.ts';

test('of a journal that is followed over a real sshd, the server of that connection', async () => {
  const sshd = await startSshd();
  onTestFinished(() => sshd.stop());
  const link = await sshd.connect();
  onTestFinished(() => link.end());
  const journal = join(sshd.home, 'journal.ndjson');
  writeFileSync(journal, '{}\n');
  const follower = await link.start(sh(`tail -c +1 -f ${journal}; exit`));
  follower.stdout.resume();
  await vi.waitFor(
    async () => expect(await sshd.sessions()).toContain(followingServer(journal)),
    10_000,
  );
});
