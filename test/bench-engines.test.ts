import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Result, resultSchema } from '../host/analysis/result/result.ts';
import { type Cli, type CliResult, makeCli } from './support/cli.ts';

let cli: Cli;
let run: CliResult;
let result: Result;

beforeAll(async () => {
  cli = await makeCli();
  const what = ['--model', 'mlp-tiny', '--threads', '1', '--blocks', '2'];
  const where = ['--ep', 'cpu,cuda,trtexec', '--engine', 'ort,ort-capi'];
  run = await cli.run(['bench', 'demo', ...what, ...where, '--json']);
  result = resultSchema.parse(JSON.parse(run.stdout));
}, 180_000);
afterAll(() => cli.remove());

const cellOf = (engine: string, ep: string) => {
  const found = result.cells.find(
    ({ config, purpose }) => purpose === 'measure' && config.engine === engine && config.ep === ep,
  );
  if (found === undefined) throw new Error(`no cell of ${engine} on ${ep}`);
  return found;
};

test('CPU cells of both engines are measured, proved to be on the CPU, and agree to the bit', () => {
  expect(run.code, run.stderr).toBe(0);
  const [node, capi] = [cellOf('ort', 'cpu'), cellOf('ort-capi', 'cpu')];
  for (const cell of [node, capi]) {
    expect(cell.verdict.kind).not.toBe('INVALID');
    expect(cell.placement).toMatchObject({ failure: null, share_on_asked: 1, islands: 0 });
    expect(cell.placement?.nodes_on_asked).toBeGreaterThan(0);
    expect(cell.placement?.operators[0]?.op).toBe('FusedGemm');
  }
  expect(capi.outputs).toMatchObject({ reference: node.cell, ok: true, max_abs: 0 });
});

test('each engine’s share is held against the null model of that engine', () => {
  const calibrations = result.cells.filter(({ purpose }) => purpose === 'calibration');
  expect(calibrations.map(({ config }) => config.engine).sort()).toEqual(['ort', 'ort-capi']);
  for (const engine of ['ort', 'ort-capi']) {
    const own = calibrations.find(({ config }) => config.engine === engine);
    expect(cellOf(engine, 'cpu').overhead?.calibration_cell).toBe(own?.cell);
  }
});

test('GPU cells that cannot run stay in the table, INVALID, with cause and next step', () => {
  for (const [engine, ep] of [
    ['ort', 'cuda'],
    ['ort-capi', 'cuda'],
    ['trtexec', 'tensorrt'],
  ] as const) {
    const { verdict, median_ns, processes } = cellOf(engine, ep);
    if (verdict.kind !== 'INVALID') continue;
    expect(verdict.reason).toMatch(/refused by the engine: \S/);
    expect(verdict.action).toMatch(/docs\/gpu\/|libnvinfer-bin/);
    expect([median_ns, processes.length]).toEqual([null, 1]);
  }
  expect(cellOf('ort', 'cuda').median_ns).toBeNull();
});

test('the run is recomputed from its journal to the byte, and shown with its operators', async () => {
  expect((await cli.run(['results', 'verify', result.run_id])).code).toBe(0);
  const shown = await cli.run(['results', 'show', result.run_id]);
  expect(shown.stdout).toMatch(/placement {4}3\/3 nodes on CPU, 100 % of the time on CPU/);
  const { stdout } = await cli.run(['results', 'show', result.run_id, '--profile']);
  expect(stdout).toMatch(/operators of CPU · 1 thread · fp32\n +operator +on +nodes/);
  expect(stdout).toMatch(/FusedGemm +CPU +2 /);
});

test('options that make no sense are refused before anything is connected', async () => {
  for (const [words, reason] of [
    [['--ep', 'gpu'], /--ep gpu: unknown/],
    [['--ep-option', 'gpu.x=1'], /does not begin with a provider/],
    [['--ort-lib', 'lib.so'], /not an absolute path/],
    [['--precision', 'fp64'], /--precision fp64: unknown/],
    [['--ep-option', 'tensorrt.x=1'], /no cell of the plan runs TensorRT/],
    [['--ep', 'trtexec', '--ep-option', 'tensorrt.x=1'], /trtexec is a program of its own/],
  ] as const) {
    const { code, stderr } = await cli.run(['bench', 'nowhere.invalid', ...words]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(reason)]);
  }
});

test('what --gpu auto finds takes no options of another provider, and none is dropped', async () => {
  const library = ['--ort-lib', '/nowhere/libonnxruntime.so', '--model', 'null', '--dry-run'];
  const words = ['bench', 'demo', '--gpu', 'auto', ...library];
  const other = await cli.run([...words, '--ep-option', 'tensorrt.x=1']);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('no cell of the plan')]);
  const own = await cli.run([...words, '--engine', 'ort', '--ep-option', 'cuda.x=1']);
  expect([own.code, own.stdout]).toEqual([
    0,
    expect.stringMatching(/ cpu .*\n.* cuda \(ort-capi\) /),
  ]);
}, 60_000);

test('a build that is none, and --gpu auto where there is no way to a GPU, say what to do', async () => {
  const none = await cli.run(['bench', 'demo', '--ort', '/nowhere']);
  expect(none.code).not.toBe(0);
  expect(none.stderr).toMatch(/no usable build of onnxruntime-node/);
  const auto = await cli.run(['bench', 'demo', '--model', 'null', '--gpu', 'auto', '--dry-run']);
  if (auto.code === 0) expect(auto.stdout).toContain('trtexec');
  else expect(auto.stderr).toContain('libnvinfer-bin');
}, 60_000);

test('runtime list names what the board has, or what to install', async () => {
  const { code, stdout } = await cli.run(['runtime', 'list', 'demo']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/TensorRT \d+\.|sudo apt-get install libnvinfer-bin/);
  const json = await cli.run(['runtime', 'list', 'demo', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ libraries: expect.any(Array) });
}, 60_000);
