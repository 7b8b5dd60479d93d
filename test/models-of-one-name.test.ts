import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Result, resultSchema } from '../host/analysis/result/result.ts';
import { makeBuiltIn } from '../models/built-in.ts';
import { type Cli, type CliResult, makeCli } from './support/cli.ts';
import { unaryModel } from './support/tiny-models.ts';

const short = ['--threads', '1', '--blocks', '1', '--quick', '--telemetry', 'off'];

/** By the operator of each, a measured row is known to be of its own file. */
const files: Readonly<Record<string, Uint8Array>> = {
  'fp32/model.onnx': unaryModel(['N', 2000], 'Sigmoid'),
  'int8/model.onnx': unaryModel(['N', 3000], 'Relu'),
  'copy/other.onnx': unaryModel(['N', 3000], 'Relu'),
  'a b.onnx': unaryModel(['N', 20], 'Tanh'),
  'a-b.onnx': unaryModel(['N', 30], 'Exp'),
  '模型.onnx': unaryModel(['N', 40], 'Abs'),
  '士大夫.onnx': unaryModel(['N', 50], 'Neg'),
  'null.onnx': unaryModel(['N', 60], 'Ceil'),
  'mlp-tiny': unaryModel(['N', 70], 'Floor'),
  [`${'n'.repeat(130)}1.onnx`]: unaryModel(['N', 80], 'Sqrt'),
  [`${'n'.repeat(130)}2.onnx`]: unaryModel(['N', 90], 'Erf'),
};
const operators = ['Sigmoid', 'Relu', 'Tanh', 'Exp', 'Abs', 'Neg', 'Ceil', 'Floor', 'Sqrt', 'Erf'];

let cli: Cli;
let run: CliResult;
let result: Result;
beforeAll(async () => {
  cli = await makeCli();
  for (const [name, bytes] of Object.entries(files)) {
    const file = join(cli.home, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  const models = Object.keys(files).flatMap((name) => ['--model', `./${name}`]);
  run = await cli.run(['bench', 'demo', ...short, ...models, '--model', 'mlp-tiny', '--json']);
  result = resultSchema.parse(JSON.parse(run.stdout));
}, 180_000);
afterAll(() => cli.remove());

const measured = () => result.cells.filter(({ purpose }) => purpose === 'measure');

test('each file is measured as itself, whatever it is called, and shown by what tells it', () => {
  expect(run.code, run.stderr).toBe(0);
  const { models } = result.context;
  const shown = measured().map(({ model, model_name }) => {
    const { nodes } = models[model] as { nodes: Record<string, number> };
    return [model_name, Object.keys(nodes).join()];
  });
  const home = cli.home.split('/').at(-1);
  const own = Object.keys(files).filter((name) => name !== 'copy/other.onnx');
  const names = own.map((name) => (name === 'mlp-tiny' ? `${home}/${name}` : name));
  expect(shown.map(([name]) => name)).toEqual([...names, 'mlp-tiny']);
  expect(shown.slice(0, -1).map(([, nodes]) => nodes)).toEqual(operators);
});

test('inputs have the shape of the cell’s own model: no process ran on another’s file', () => {
  const widths = result.plan.cells
    .filter(({ purpose }) => purpose === 'measure')
    .map(({ inputs }) => inputs[0]?.shape[1]);
  expect(widths).toEqual([2000, 3000, 20, 30, 40, 50, 60, 70, 80, 90, 784]);
  for (const cell of measured()) {
    expect([cell.label, cell.processes[0]?.message]).toEqual([cell.label, '']);
  }
});

test('the same content under two names is measured once, which is said', () => {
  expect(run.stderr).toContain(
    'other.onnx and int8/model.onnx are the same model to the byte: measured once, as int8/model.onnx',
  );
});

test('the calibration is of the null model, not of a person’s null.onnx', () => {
  const [calibration] = result.cells.filter(({ purpose }) => purpose === 'calibration');
  expect(calibration).toMatchObject({ model_name: 'null', verdict: { reason: expect.anything() } });
  expect(calibration?.median_ns).toBeGreaterThan(0);
  expect(measured().every(({ overhead }) => overhead !== null)).toBe(true);
});

test('tables, Markdown and CSV say of each row which model it is of', async () => {
  const of = async (format: string) =>
    (await cli.run(['results', 'export', result.run_id, '--format', format])).stdout;
  const markdown = await of('md');
  expect(markdown).toContain('| 1 thread · fp32/model.onnx |');
  expect(markdown).toContain('| 1 thread · int8/model.onnx |');
  const csv = await of('csv');
  expect(csv).toMatch(/,measure,fp32\/model\.onnx,[0-9a-f]{64},ort,/);
  const shown = await cli.run(['results', 'show', result.run_id]);
  expect(shown.stdout).toMatch(/^fp32\/model\.onnx · CPU fp32/m);
  expect(shown.stdout).toMatch(/^int8\/model\.onnx · CPU fp32/m);
}, 60_000);

test('the null model measured on purpose is one model with that of the calibration', async () => {
  await writeFile(join(cli.home, 'mine.onnx'), makeBuiltIn('null'));
  const dry = await cli.run([
    ...['bench', 'demo', ...short, '--dry-run'],
    ...['--model', 'null', '--model', './mine.onnx'],
  ]);
  expect(dry.code, dry.stderr).toBe(0);
  expect(dry.stderr).toContain('mine.onnx and null are the same model to the byte');
  expect(dry.stdout.match(/ null /g)).toHaveLength(2);
}, 60_000);
