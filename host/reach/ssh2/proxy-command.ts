import { spawn } from 'node:child_process';
import { userInfo } from 'node:os';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { expandTokens } from '../config/expand-tokens.ts';
import type { ResolvedTarget } from '../config/resolve-target.ts';
import { parseTargetName } from '../config/target-name.ts';
import { Tunnel } from './wire.ts';

export interface ProxyTunnel {
  readonly tunnel: Tunnel;
  /** What the command said on stderr so far, cleaned; the reason when it fails. */
  readonly complaint: () => string;
}

/** Starts a ProxyCommand under the user's shell, as ssh does, and speaks through its pipes. */
export function openProxyCommand(target: ResolvedTarget, command: string): ProxyTunnel {
  const { environment } = target.options;
  const expanded = expandTokens(command, {
    hostname: target.hostName,
    originalHost: parseTargetName(target.board).host,
    port: target.port,
    remoteUser: target.user,
    hostKeyAlias: target.hostKeyAlias,
    proxyJump: '',
    environment,
  });
  const shell = environment.SHELL || userInfo().shell || '/bin/sh';
  const child = spawn(shell, ['-c', `exec ${expanded}`], {
    env: { ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.join('').length < 4000) said.push(chunk.toString('utf8'));
  });
  const tunnel = new Tunnel(child.stdout, child.stdin, () => child.kill());
  child.on('error', (error) => tunnel.destroy(error));
  return { tunnel, complaint: () => cleanLine(said.join('')) };
}
