import { cpus } from 'node:os';
import stringWidth from 'string-width';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resultSchema } from '../host/analysis/result/result.ts';
import { type Cli, makeCli } from './support/cli.ts';

let cli: Cli;
beforeAll(async () => {
  cli = await makeCli();
});
afterAll(() => cli.remove());

test('the preset thesis ends in the tables of the thesis, and its run tells them again', async () => {
  const args = ['--preset', 'thesis', '--model', 'mlp-tiny', '--images', '50', '--blocks', '2'];
  const run = await cli.run(['bench', 'demo', ...args, '--quick', '--exclude', 'threads=3']);
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toMatch(/threads +average +max +min/);
  expect(run.stdout).toMatch(/this board, 50 images +1 /);
  expect(run.stdout).toMatch(/thesis, 10,000 images +6 +218\.27 +220\.74 +216\.96/);
  if (cpus().length > 1) expect(run.stdout).toContain('of the work does not spread over threads');
  expect(run.stdout).toContain('CPUs and interrupts');
  expect(run.stdout).toMatch(/thesis, 10,000 images +GPU, any +17\.61-18\.37/);
  const remarks = run.stdout.replace(/\s+/g, ' ');
  if (cpus().length !== 6) expect(remarks).toContain(`this board has ${cpus().length} CPU`);
  if (!remarks.includes('trtexec')) expect(remarks).toContain('The GPU rows are missing');
  // Behind it stands the closing line of every result, which a pipe gets unbroken.
  const [experiment = ''] = run.stdout
    .slice(run.stdout.indexOf('mlp-tiny, seconds'))
    .split(/\n +\d+ processes, /);
  for (const line of experiment.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(100);
  const shown = await cli.run(['results', 'show', 'latest']);
  expect(shown.stdout).toContain('thesis, 10,000 images');
  const interrupts = await cli.run(['results', 'show', 'latest', '--irq']);
  expect(interrupts.stdout).toContain('before the first process, idle');
  expect(interrupts.stdout).toMatch(/^ {2}SCHED /m);
}, 120_000);

const isAlone = cpus().length < 2;
if (isAlone) console.warn('one CPU: no thread can be kept off the CPU of the interrupts');

test.skipIf(isAlone)(
  'the interrupt experiment measures pinned against all and says what it found',
  async () => {
    const args = ['--model', 'mlp-tiny', '--quick', '--blocks', '2', '--json'];
    const run = await cli.run(['irq', 'demo', ...args]);
    expect(run.code, run.stderr).toBe(0);
    const result = resultSchema.parse(JSON.parse(run.stdout));
    const measured = result.cells.filter(({ purpose }) => purpose === 'measure');
    const pinned = measured.filter(({ config }) => config.affinity !== null);
    expect(pinned.map(({ config }) => config.threads)).toEqual([cpus().length - 1]);
    expect(result.plan.telemetry).toBe('full');
    const shown = await cli.run(['results', 'show', 'latest']);
    const said = shown.stdout.replace(/\s+/g, ' ');
    expect(said).toMatch(/ against .*: median [\d.]+×/);
    expect(said).toContain('esearch into CPU interrupts');
  },
  120_000,
);

test('irq wants a board or a dump, not both', async () => {
  for (const args of [[], ['demo', '--file', 'interrupts.txt']]) {
    const { code, stderr } = await cli.run(['irq', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain('give a host, or a dump as --file');
  }
});
