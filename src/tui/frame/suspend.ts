import { once } from 'node:events';

/**
 * Stops the whole job, as the shell's Ctrl-Z does where no program is in raw mode; resolves when it
 * goes on.
 */
export async function suspendJob(): Promise<void> {
  const continued = once(process, 'SIGCONT');
  process.kill(0, 'SIGTSTP');
  await continued;
}
