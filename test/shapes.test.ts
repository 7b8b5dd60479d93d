import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Result, resultSchema } from '../host/analysis/result/result.ts';
import { encodeModel } from '../models/onnx/codec.ts';
import { type Cli, makeCli } from './support/cli.ts';
import { saveArray } from './support/input-models.ts';
import { graphModel, unaryModel } from './support/tiny-models.ts';

let cli: Cli;
beforeAll(async () => {
  cli = await makeCli();
});
afterAll(() => cli.remove());

const reduce = { opType: 'ReduceMean' };

async function saved(name: string, bytes: Uint8Array): Promise<string> {
  const directory = join(cli.home, 'models');
  await mkdir(directory, { recursive: true });
  const path = join(directory, name);
  await writeFile(path, bytes);
  return path;
}

/** Texts and images whose similarity it gives, as CLIP does. */
function clip(): Uint8Array {
  const ids = ['text_batch_size', 'sequence_length'];
  const pixels = ['image_batch_size', 'num_channels', 'height', 'width'];
  return graphModel(
    { input_ids: ['int64', ids], pixel_values: pixels },
    { logits: ['image_batch_size', 'text_batch_size'] },
    [
      { opType: 'Cast', input: ['input_ids'], output: ['f'], attribute: [int('to', 1)] },
      { ...reduce, input: ['f'], output: ['t'], attribute: [ints('axes', 1), int('keepdims', 1)] },
      {
        ...reduce,
        input: ['pixel_values'],
        output: ['p'],
        attribute: [ints('axes', 1, 2, 3), int('keepdims', 0)],
      },
      { opType: 'Unsqueeze', input: ['p', 'one'], output: ['u'] },
      { opType: 'Transpose', input: ['t'], output: ['r'] },
      { opType: 'MatMul', input: ['u', 'r'], output: ['logits'] },
    ],
    [{ name: 'one', dims: [1], dataType: 7, int64Data: [1] }],
  );
}

const int = (name: string, i: number) => ({ name, type: 2, i });
const ints = (name: string, ...values: readonly number[]) => ({ name, type: 7, ints: values });

/**
 * A GRU whose state is an input: its batch is that of the sound, and neither dimension has a name.
 */
function recurrent(): Uint8Array {
  const zeros = (name: string, ...dims: readonly number[]) => ({
    name,
    dims,
    dataType: 1,
    rawData: new Uint8Array(4 * dims.reduce((product, dim) => product * dim, 1)),
  });
  return graphModel(
    { input: [null, null], state: [2, null, 16] },
    { y: [null, 2, null, 16], next: [2, null, 16] },
    [
      { opType: 'Transpose', input: ['input'], output: ['t'], attribute: [ints('perm', 1, 0)] },
      { opType: 'Unsqueeze', input: ['t', 'two'], output: ['x'] },
      {
        opType: 'GRU',
        input: ['x', 'w', 'r', '', '', 'state'],
        output: ['y', 'next'],
        attribute: [
          int('hidden_size', 16),
          { name: 'direction', type: 3, s: Buffer.from('bidirectional') },
        ],
      },
    ],
    [
      zeros('w', 2, 48, 1),
      zeros('r', 2, 48, 16),
      { name: 'two', dims: [1], dataType: 7, int64Data: [2] },
    ],
  );
}

const short = [
  '--quick',
  '--blocks',
  '1',
  '--threads',
  '1',
  '--telemetry',
  'off',
  '--cooldown',
  'off',
];

/** A real measurement on this machine. */
async function measure(model: string, ...options: readonly string[]): Promise<Result> {
  const args = ['bench', 'demo', ...short, '--json', '--model', model, ...options];
  const { code, stdout, stderr } = await cli.run(args);
  expect(code, stderr).toBe(0);
  return resultSchema.parse(JSON.parse(stdout));
}

function shapesOf(result: Result): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    result.plan.cells[0]?.inputs.map(({ name, shape }) => [name, shape]) ?? [],
  );
}

/** Inferences per second that the wall time of the steady iterations allows, at one item each. */
function isOneItemEach({ cells: [cell] }: Result): void {
  expect(cell?.config).toMatchObject({ items_per_iteration: 1, batch: null });
  expect(cell?.config.items_from).toEqual({ rule: 'none', dimension: null });
  // Time between iterations counts as well: never more than one item per mean, and not far less.
  const most = 1e9 / (cell?.mean_ns ?? Number.NaN);
  expect(cell?.throughput_per_s).toBeLessThanOrEqual(most * 1.000001);
  expect(cell?.label).not.toContain('batch');
}

describe('shapes as they were asked for', () => {
  test('inputs of different leading dimensions', async () => {
    const model = await saved('clip.onnx', clip());
    const asked = ['--shape', 'input_ids=10x77', '--shape', 'pixel_values=2x3x32x32'];
    const result = await measure(model, ...asked);
    expect(shapesOf(result)).toEqual({ input_ids: [10, 77], pixel_values: [2, 3, 32, 32] });
    isOneItemEach(result);
    const said = await measure(model, ...asked, '--batch-axis', 'image_batch_size');
    // One product of [2, 1] and [1, 10], for one item and for each of two.
    const workOf = ({ context }: Result) =>
      Object.values(context.models).map(
        (model) => (model as { flops_per_item?: unknown }).flops_per_item,
      );
    expect(workOf(result)).toContain(2 * 2 * 10);
    expect(workOf(said)).toContain(2 * 10);
    expect(said.cells[0]?.config).toMatchObject({
      batch: 2,
      items_per_iteration: 2,
      items_from: { rule: 'option', dimension: 'image_batch_size' },
    });
  }, 120_000);

  test.each([
    ['an image without a batch', [3, 'height', 'width'], ['--shape', 'x=3x24x24'], [3, 24, 24]],
    ['a matrix, at batch 1 as well', [8, 8], ['--batch', '1'], [8, 8]],
  ])(
    '%s counts as one item',
    async (name, dims, options, shape) => {
      const model = await saved(`${name}.onnx`, unaryModel(dims, 'Relu'));
      const result = await measure(model, ...options);
      expect(shapesOf(result)).toEqual({ x: shape });
      isOneItemEach(result);
    },
    120_000,
  );

  test('an array is used whole', async () => {
    const model = await saved('audio.onnx', unaryModel(['num_samples'], 'Relu'));
    const values = Array.from({ length: 15_600 }, (_, index) => index);
    const wave = await saveArray(cli.home, 'wave.npy', [15_600], values);
    const result = await measure(model, '--input', `x=${wave}`);
    expect(shapesOf(result)).toEqual({ x: [15_600] });
    isOneItemEach(result);
  }, 120_000);

  test('a batch counts its items, by name and by rank', async () => {
    const named = await saved('named.onnx', unaryModel(['batch_size', 4], 'Relu'));
    const result = await measure(named, '--batch', '1,8', '--images', '100');
    const [one, eight] = result.cells;
    expect(one?.config).toMatchObject({ batch: 1, items_per_iteration: 1 });
    expect(eight?.config).toMatchObject({
      items_per_iteration: 8,
      items_from: { rule: 'named', dimension: 'batch_size' },
    });
    expect(eight?.label).toContain('batch 8');
    expect(eight?.throughput_per_s).toBeGreaterThan(4e9 / (eight?.mean_ns ?? 0));
    const [directory = ''] = result.run_id ? [join(cli.runs, result.run_id)] : [];
    expect(await readFile(join(directory, 'result.json'), 'utf8')).toContain('items_from');
  }, 120_000);
});

describe('what cannot be had as it was asked for', () => {
  const refused = async (model: string, ...options: readonly string[]) => {
    const result = await cli.run(['bench', 'demo', '--dry-run', '--model', model, ...options]);
    expect(result.code, result.stderr).toBe(2);
    return result.stderr;
  };

  test('a batch of a model that has none, with the way out', async () => {
    const matrix = await saved('matrix.onnx', unaryModel([8, 8], 'Relu'));
    expect(await refused(matrix, '--batch', '8')).toMatch(/--batch-axis/);
    const model = await saved('rivals.onnx', clip());
    const asked = ['--shape', 'input_ids=10x77', '--shape', 'pixel_values=2x3x32x32'];
    expect(await refused(model, ...asked, '--batch', '4')).toMatch(
      /text_batch_size.*--batch-axis/s,
    );
  }, 60_000);

  test('an advised shape was run here, and runs when it is followed', async () => {
    const model = await saved('recurrent.onnx', recurrent());
    const text = await refused(model);
    expect(text).toContain('(this ran here)');
    const [, advice = ''] = /for example (--shape .*) \(/.exec(text) ?? [];
    const result = await measure(model, ...advice.split(' '));
    const { input = [], state = [] } = shapesOf(result);
    expect(state[1]).toBe(input[0]);
    expect(result.cells[0]?.verdict.kind).not.toBe('INVALID');
  }, 120_000);

  test('where no shape runs, ONNX Runtime says why to the end', async () => {
    const reshape = { opType: 'Reshape', input: ['x', 'to'], output: ['y'] };
    const to = [{ name: 'to', dims: [2], dataType: 7, int64Data: [7, 11] }];
    const model = await saved(
      'odd.onnx',
      graphModel({ x: ['N', 'T'] }, { y: [7, 11] }, [reshape], to),
    );
    expect(await refused(model)).toMatch(/do not run: .*\{1,128\}.*\{7,11\}/s);
  }, 60_000);

  test('what cannot be fed is said first, and no shape is advised', async () => {
    const elemType = { value: 'tensorType', tensorType: { elemType: 1 } };
    const type = { value: 'sequenceType', sequenceType: { elemType } } as object;
    const bytes = encodeModel({
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      graph: { input: [{ name: 's', type }], output: [{ name: 'y' }] },
    });
    const model = await saved('sequence.onnx', bytes);
    for (const options of [[], ['--shape', 's=1']]) {
      const text = await refused(model, ...options);
      expect(text).toContain('cannot be fed: input s is of type sequence');
      expect(text).not.toContain('--shape');
    }
    const { stdout } = await cli.run(['model', 'inspect', model]);
    expect(stdout.split('\n')[1]).toContain('input s is of type sequence, which cannot be fed');
    expect(stdout).not.toContain('--shape');
  }, 60_000);

  test('a shape, an array or a range that is said twice', async () => {
    const model = await saved('twice.onnx', unaryModel(['N', 'T'], 'Relu'));
    for (const option of ['--shape', '--input', '--range']) {
      const value = { '--shape': '1x2', '--input': 'a.npy', '--range': '0..1' }[option] ?? '';
      const twice = [option, `x=${value}`, option, `x=${value}`];
      expect(await refused(model, ...twice)).toContain(`${option} says x twice`);
    }
  }, 60_000);

  test('a dry run shows the shapes of every cell and its items', async () => {
    const model = await saved('shown.onnx', unaryModel(['batch', 'T'], 'Relu'));
    const args = ['bench', 'demo', '--dry-run', '--threads', '1', '--model', model];
    const { stdout } = await cli.run([...args, '--shape', 'x=Nx6', '--batch', '1,4']);
    expect(stdout).toMatch(/c1 +x float32 1x6; 1 item an iteration: the batch is batch/);
    expect(stdout).toMatch(/c2 +x float32 4x6; 4 items an iteration: the batch is batch/);
  }, 60_000);
});
