import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Result, resultSchema } from '../host/analysis/result/result.ts';
import { type Cli, type CliOptions, type CliResult, CTRL_C, makeCli } from './support/cli.ts';
import { agentProcesses } from './support/processes.ts';

let cli: Cli;
beforeAll(async () => {
  cli = await makeCli();
});
afterAll(() => cli.remove());

/** Some tests take half a minute on a quiet machine; how long is not what they are about. */
const limitMs = 240_000;
const short = ['--model', 'mlp-tiny', '--threads', '1', '--blocks', '4'];
const measuring = 'measured    block 2';

/** The demo board of this file alone. */
async function run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const environment = { ORIN_REMOTE_DIR: join(cli.home, 'board'), ...options.environment };
  return await cli.run(args, { ...options, environment });
}

/**
 * Runs a bench and sends each signal once stderr says its words, and what comes before it is done.
 */
async function interrupted(
  ...signals: readonly (readonly [string, NodeJS.Signals, (() => Promise<void>)?])[]
) {
  const left = [...signals];
  const result = await run(['bench', 'demo', ...short, '--json'], {
    onStderr: (text, interrupt) => {
      const [next] = left;
      if (next === undefined || !text.includes(next[0])) return;
      left.shift();
      const [, signal, first] = next;
      if (first === undefined) interrupt(signal);
      else void first().then(() => interrupt(signal));
    },
  });
  expect(left, result.stderr).toEqual([]);
  return result;
}

/** Attaches, and gives the whole result. */
async function attached(): Promise<Result> {
  const result = await run(['attach', 'demo', '--json', '--quiet']);
  expect(result.stderr).toBe('');
  const parsed = resultSchema.parse(JSON.parse(result.stdout));
  expect(parsed.run.journal).toMatchObject({ is_verified: true, problems: [] });
  expect((await run(['results', 'verify', parsed.run_id])).code).toBe(0);
  return parsed;
}

async function runsOnBoard(): Promise<readonly { runId: string; state: string }[]> {
  return JSON.parse((await run(['runs', 'demo', '--json'])).stdout);
}

/** A supervisor that has written its last event may take a moment to end. */
async function expectNoProcesses(): Promise<void> {
  await expect.poll(() => agentProcesses(cli.home), { timeout: 20_000 }).toEqual([]);
}

async function expectNothingLeft(): Promise<void> {
  await expectNoProcesses();
  expect(await runsOnBoard()).toEqual([]);
  const saved = await readdir(cli.runs).catch(() => []);
  expect(saved.filter((name) => name.startsWith('.'))).toEqual([]);
}

test.each(['connecting', 'connected', 'board ', 'planned', 'push '])(
  'Ctrl-C at "%s": it ends at once with 130, nothing on stdout, no process left, no trace',
  async (when) => {
    await run(['clean', 'demo']);
    const result = await interrupted([when, 'SIGINT']);
    expect(result.code, result.stderr).toBe(130);
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(result.stderr).not.toContain('attach');
    expect(await readdir(cli.runs).catch(() => [])).toEqual([]);
    await expectNoProcesses();
  },
  limitMs,
);

test(
  'Ctrl-C while it measures, nobody to ask: what was measured is saved and shown as what it is',
  async () => {
    const result = await interrupted([measuring, 'SIGINT']);
    expect(result.code, result.stderr).toBe(130);
    const saved = resultSchema.parse(JSON.parse(result.stdout));
    expect(saved.run).toMatchObject({ ended: 'cancelled', journal: { is_verified: true } });
    expect(saved.run.iterations).toBeGreaterThan(0);
    expect((await run(['results', 'verify', saved.run_id])).code).toBe(0);
    await expectNothingLeft();
  },
  limitMs,
);

test(
  'a second Ctrl-C leaves at once; what was measured is collected by attaching',
  async () => {
    // Halted, so that the run cannot end between the two.
    let halted: readonly number[] = [];
    const halt = async () => {
      halted = await agentProcesses(cli.home);
      for (const pid of halted) process.kill(pid, 'SIGSTOP');
    };
    const result = await interrupted([measuring, 'SIGINT', halt], ['stopping the run', 'SIGINT']);
    for (const pid of halted) process.kill(pid, 'SIGCONT');
    expect(halted).not.toEqual([]);
    expect(result.code, result.stderr).toBe(130);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/orin-remote attach demo \d{8}-/);
    expect((await attached()).run.iterations).toBeGreaterThan(0);
    await expectNothingLeft();
  },
  limitMs,
);

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGKILL', null],
] as const)(
  '%s while it measures: the run goes on, and attaching brings all of it',
  async (signal, code) => {
    const result = await interrupted([measuring, signal]);
    expect(result.code, result.stderr).toBe(code);
    expect(result.stdout).toBe('');
    const [left] = await runsOnBoard();
    expect(left?.state).toMatch(/running|finished/);
    if (code !== null) expect(result.stderr).toContain(`orin-remote attach demo ${left?.runId}`);
    const whole = await attached();
    expect(whole.run_id).toBe(left?.runId);
    expect(whole.run.ended).toBe('completed');
    expect(whole.cells.map((cell) => cell.n_processes)).toEqual([4, 4]);
    await expectNothingLeft();
  },
  limitMs,
);

const hasScript = canRun('script', ['-qfec', 'true', '/dev/null']);
if (!hasScript) console.log("skipped: keys on a terminal need util-linux' script");

describeOnTerminal('s', 'stop', async (result) => {
  expect(result.code).toBe(130);
  const [id = ''] = await readdir(cli.runs).then((names) => names.sort().slice(-1));
  const shown = resultSchema.parse(
    JSON.parse((await run(['results', 'show', id, '--json'])).stdout),
  );
  expect(shown.run.ended).toBe('cancelled');
});
describeOnTerminal('l', 'leave it running', async (result) => {
  expect(result.code).toBe(130);
  expect(result.stdout).toMatch(/orin-remote attach demo/);
  expect((await attached()).run.ended).toBe('completed');
});
describeOnTerminal(CTRL_C, 'leave it running', async (result) => {
  expect(result.code).toBe(130);
  expect(result.stdout).toMatch(/orin-remote attach demo/);
  expect((await attached()).run.ended).toBe('completed');
});
describeOnTerminal('c', 'continue', async (result) => {
  expect(result.code).toBe(0);
  expect(result.stdout).toMatch(/saved \d{8}-/);
});

function describeOnTerminal(
  key: string,
  meaning: string,
  check: (result: CliResult) => Promise<void>,
): void {
  const name = key === CTRL_C ? 'another Ctrl-C' : key;
  test.skipIf(!hasScript)(
    `on a terminal Ctrl-C asks, and ${name} means: ${meaning}`,
    async () => {
      const steps: [string, string][] = [
        ['block 2/4', CTRL_C],
        ['c continue watching', key],
      ];
      const result = await run(['bench', 'demo', ...short], {
        onTerminal: (text, press) => {
          const [next] = steps;
          if (next === undefined || !text.includes(next[0])) return;
          steps.shift();
          press(next[1]);
        },
      });
      expect(steps, result.stdout).toEqual([]);
      expect(result.stdout.match(/s stop the run/g)).toHaveLength(1);
      await check(result);
      await expectNothingLeft();
    },
    limitMs,
  );
}

function canRun(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
