import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OrinError } from '../host/errors.ts';
import { runScript } from '../host/shell/run-script.ts';
import { word } from '../host/shell/sh.ts';
import { type SshdOptions, startSshd } from './support/sshd.ts';
import { connectBy, transports } from './support/transports.ts';

const noise = 'echo "Welcome to your Jetson @orin: begin"';
const shells: readonly { shell: string; homeFiles: Record<string, string> }[] = [
  { shell: '/bin/bash', homeFiles: { '.bashrc': `${noise}\n`, '.profile': `${noise}\n` } },
  { shell: '/bin/dash', homeFiles: { '.profile': `${noise}\n` } },
  { shell: '/bin/rbash', homeFiles: { '.bashrc': `${noise}\n` } },
  { shell: '/usr/bin/fish', homeFiles: { '.config/fish/config.fish': `${noise}\n` } },
  { shell: '/usr/bin/tcsh', homeFiles: { '.cshrc': `${noise}\n`, '.tcshrc': `${noise}\n` } },
  { shell: '/usr/bin/zsh', homeFiles: { '.zshenv': `${noise}\n` } },
];

describe.each(transports)('over $name, a login shell', (transport) => {
  /** Runs one script on a board with this login shell. */
  async function answerOf(options: SshdOptions, script: string) {
    const sshd = await startSshd(options);
    try {
      const link = await connectBy(transport, sshd);
      return await runScript(link, script, { step: 'ask board' }).finally(() => link.end());
    } finally {
      await sshd.stop();
    }
  }

  for (const { shell, homeFiles } of shells) {
    it.skipIf(!existsSync(shell))(`${shell} with noise passes a script on unchanged`, async () => {
      // Everything that one of these shells would read differently, had it the chance.
      const script = `x=${word('a b  c')}; for i in 1 2; do printf "%s|" "$x" "$i"; done; test -n "$((1+1))" && echo $? {a,b} ~nobody-at-all; exit 5`;
      const answer = await answerOf({ shell, homeFiles }, script);
      expect(answer.output).toBe('a b  c|1|a b  c|2|0 {a,b} ~nobody-at-all\n');
      expect(answer.status).toBe(5);
    });
  }

  it.skipIf(!existsSync('/usr/sbin/nologin'))('that lets nobody in is recognised', async () => {
    const error = await answerOf({ shell: '/usr/sbin/nologin' }, 'true').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OrinError);
    expect(error).toMatchObject({
      code: 'forced-command',
      why: expect.stringContaining('not available'),
    });
  });

  it('behind a forced command is recognised, with what that command said', async () => {
    const forced = { keyOptions: 'command="echo only backups here"' };
    const error = await answerOf(forced, 'true').catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: 'forced-command',
      why: expect.stringContaining('only backups here'),
    });
  });
});
