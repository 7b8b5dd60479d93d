import { spawnSync } from 'node:child_process';

/**
 * Words to put before a command so that the kernel ends it with `signal` when its parent dies,
 * however that happens; none where the board's util-linux is too old. Node itself cannot call
 * prctl(PR_SET_PDEATHSIG).
 */
export function dieWithParent(signal: 'KILL' | 'INT'): readonly string[] {
  const words = ['setpriv', '--pdeathsig', signal];
  const [program = '', ...rest] = words;
  const { status } = spawnSync(program, [...rest, 'true'], { stdio: 'ignore' });
  return status === 0 ? words : [];
}
