import { startBoards } from '../../test/support/boards.ts';
import { makeCli } from '../../test/support/cli.ts';

/** `fleet` on real sshd processes with a real model, end to end. */
export async function measureRealBoards(count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, i) => `orin-${i + 1}`);
  const boards = await startBoards(Object.fromEntries(names.map((name) => [name, {}])));
  const cli = await makeCli();
  try {
    const model = ['--model', 'mlp-tiny', '--threads', '1', '--quick', '--blocks', '1'];
    const beganMs = performance.now();
    // They are one machine: all at once would measure each other.
    const turns = ['--jobs', '4', '--telemetry', 'off', '--cooldown', 'off'];
    const args = ['fleet', ...names, '-F', boards.configFile, ...model, ...turns];
    const { code, stdout } = await cli.run(args);
    const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
    console.log(`${count} real boards: exit code ${code} after ${seconds} s\n${stdout}`);
  } finally {
    await boards.stop();
    await cli.remove();
  }
}
