import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { openProxyCommand } from './proxy-command.ts';

test('tokens of a ProxyCommand stand for what ssh puts there: %n is the host as typed, alone', async () => {
  const target = {
    board: 'ssh://me@alias:2222',
    hostName: 'board.lan',
    port: 2222,
    user: 'me',
    hostKeyAlias: null,
    options: { environment: { PATH: process.env.PATH ?? '', SHELL: '/bin/sh' } },
  } as unknown as ResolvedTarget;
  const { tunnel } = openProxyCommand(target, 'echo %n %k %h %p %r');
  const [said] = await once(tunnel, 'data');
  expect(String(said)).toBe('alias alias board.lan 2222 me\n');
  tunnel.destroy();
});
