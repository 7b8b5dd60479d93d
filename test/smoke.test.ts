import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startSshd } from './support/sshd.ts';

test('what must work on every laptop works on this one', async () => {
  const sshd = await startSshd();
  onTestFinished(() => sshd.stop());
  const script = ['test/smoke.mjs', sshd.alias, '-F', sshd.configFile];
  const { stdout } = await promisify(execFile)(process.execPath, script);
  expect(stdout).toMatch(/doctor board .*: exit code 0/);
}, 120_000);
