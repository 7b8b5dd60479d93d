import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resultSchema } from '../host/results/result.ts';
import { type Cli, makeCli } from './support/cli.ts';
import { agentProcesses } from './support/processes.ts';

let cli: Cli;
beforeAll(async () => {
  cli = await makeCli();
});
afterAll(() => cli.remove());

const args = ['bench', 'demo', '--model', 'mlp-tiny', '--threads', '1', '--blocks', '6', '--json'];

/** Runs a bench and sends a signal once stderr says `when`. */
async function interrupted(when: string, signal: NodeJS.Signals) {
  let isSent = false;
  const result = await cli.run(args, {
    onStderr: (text, interrupt) => {
      if (isSent || !text.includes(when)) return;
      isSent = true;
      interrupt(signal);
    },
  });
  expect(isSent, result.stderr).toBe(true);
  expect(await agentProcesses(cli.home)).toEqual([]);
  return result;
}

test.each(['connecting', 'connected', 'board ', 'planned', 'push '])(
  'Ctrl-C at "%s": it ends at once with 130, nothing on stdout, no process left, no trace',
  async (when) => {
    await cli.run(['clean', 'demo']);
    const result = await interrupted(when, 'SIGINT');
    expect(result.code, result.stderr).toBe(130);
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(await readdir(cli.runs).catch(() => [])).toEqual([]);
  },
  120_000,
);

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s while it measures: what was measured is saved and shown as what it is',
  async (signal, code) => {
    const result = await interrupted('measured    block 2', signal);
    expect(result.code, result.stderr).toBe(code);
    const saved = resultSchema.parse(JSON.parse(result.stdout));
    expect(saved.run).toMatchObject({ ended: 'cancelled', journal: { is_verified: true } });
    expect(saved.run.iterations).toBeGreaterThan(0);
    expect((await cli.run(['results', 'verify', saved.run_id])).code).toBe(0);
  },
  120_000,
);
