import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { startFed } from '../host/shell/fed-script.ts';
import { runScript } from '../host/shell/run-script.ts';
import { openExchange } from '../host/store/push/exchange.ts';
import { type Sshd, startSshd } from './support/sshd.ts';
import { connectBy, transports } from './support/transports.ts';

const running: Sshd[] = [];
afterEach(async () => {
  for (const sshd of running.splice(0)) await sshd.stop();
});

/** A board whose login script does `lines`. */
async function boardWith(lines: string): Promise<Sshd> {
  const sshd = await startSshd({ homeFiles: { '.bashrc': `${lines}\n` } });
  running.push(sshd);
  return sshd;
}

const step = 'ask board';

describe.each(transports)('over $name, a login script', (transport) => {
  const readers = ['read -t 1 line', 'timeout 0.5 cat > /dev/null'];
  for (const reader of readers) {
    it(`that reads for a while (${reader}) takes nothing of a command's input`, async () => {
      const link = await connectBy(transport, await boardWith(reader));
      try {
        const answer = await runScript(link, 'cat', { step, input: 'first\nsecond\n' });
        expect(answer.output).toBe('first\nsecond\n');
        const bytes = randomBytes(300_000);
        const options = { step, signal: new AbortController().signal };
        const exchange = await openExchange(link, 'say $(cat | wc -c)', options);
        await exchange.write(bytes);
        exchange.end();
        expect(await exchange.answer()).toBe('300000');
      } finally {
        await link.end();
      }
    });
  }

  it('that reads the input to its end is named as what keeps it', async () => {
    const link = await connectBy(transport, await boardWith('cat > /dev/null'));
    try {
      const error = await startFed(link, 'cat', { step, readyWithinMs: 1000 }).catch((e) => e);
      expect(error).toMatchObject({
        code: 'remote-command',
        why: expect.stringContaining('reads the input of every command to its end: a login script'),
      });
      // Where nothing is sent the input ends at once.
      expect((await runScript(link, 'echo fine', { step })).output).toBe('fine\n');
    } finally {
      await link.end();
    }
  });

  it('that never ends is told in bounded time', async () => {
    const link = await connectBy(transport, await boardWith('echo wait for me; sleep 1000'));
    try {
      const options = { step, timeoutMs: 1000 };
      await expect(runScript(link, 'true', options)).rejects.toMatchObject({
        code: 'remote-command',
        message: 'ask board did not finish within 1 s',
        why: 'so far: wait for me',
      });
    } finally {
      await link.end();
    }
  });

  it('that prints a lot on both streams, slowly, is read past', async () => {
    const noise =
      'head -c 200000 /dev/zero | tr "\\0" x; head -c 900000 /dev/zero | tr "\\0" y >&2; sleep 1';
    const link = await connectBy(transport, await boardWith(noise));
    try {
      const answer = await runScript(link, 'cat; echo oops >&2', { step, input: 'input\n' });
      expect(answer).toMatchObject({ output: 'input\n', stderr: expect.stringMatching(/oops/) });
    } finally {
      await link.end();
    }
  });

  it.each(['exit 0', 'exec sleep 0', 'exec /bin/dash'])(
    'that does not go on to the command (%s) is told so',
    async (line) => {
      const link = await connectBy(transport, await boardWith(line));
      try {
        const expected = {
          code: 'forced-command',
          next: expect.stringMatching(/login script that exits/),
        };
        await expect(runScript(link, 'true', { step })).rejects.toMatchObject(expected);
        await expect(startFed(link, 'cat', { step, readyWithinMs: 1000 })).rejects.toBeInstanceOf(
          Error,
        );
      } finally {
        await link.end();
      }
    },
  );

  it('that leaves a process behind with the output open holds up no answer', async () => {
    const link = await connectBy(transport, await boardWith('sleep 30 &'));
    try {
      const options = { step, timeoutMs: 10_000 };
      expect((await runScript(link, 'echo fine', options)).output).toBe('fine\n');
      const fed = await runScript(link, 'cat', { ...options, input: 'fed\n' });
      expect(fed.output).toBe('fed\n');
    } finally {
      await link.end();
    }
  });
});
