import { expect, test } from 'vitest';
import { allUsable } from '../board/cpu-facts.ts';
import type { BoardFacts } from '../board/facts.ts';
import type { Axes } from './axes.ts';
import { type CellModel, cellsOf } from './cells.ts';
import { bestGpuTarget, engineTargets } from './engine-target.ts';

const model: CellModel = {
  id: 'resnet',
  name: 'resnet',
  precision: 'fp32',
  inputsByBatch: new Map([[1, []]]),
};
const axes: Axes = {
  targets: engineTargets(['cpu'], ['ort']),
  precisions: [null],
  epOptions: {},
  ortLibrary: null,
  threads: [1, 6],
  affinities: [null],
  graphOptimizations: ['all', 'basic'],
  spinning: [true],
  interOpThreads: [null],
  sessionConfig: {},
  include: [],
  exclude: [],
  oversubscribe: false,
};
const cellsFor = (change: Partial<Axes>) =>
  cellsOf({ ...axes, ...change }, [model], { ...model, id: 'null' }, allUsable([0, 1, 2, 3, 4, 5]))
    .cells;

test('each provider runs under each engine; trtexec is an engine by itself', () => {
  expect(engineTargets(['cpu', 'cuda', 'trtexec', 'cuda'], ['ort', 'ort-capi'])).toEqual([
    { engine: 'ort', ep: 'cpu' },
    { engine: 'ort-capi', ep: 'cpu' },
    { engine: 'ort', ep: 'cuda' },
    { engine: 'ort-capi', ep: 'cuda' },
    { engine: 'trtexec', ep: 'tensorrt' },
  ]);
});

test('threads stay a dimension on the GPU; trtexec has neither threads nor graph optimisation', () => {
  const cells = cellsFor({ targets: engineTargets(['cuda', 'trtexec'], ['ort']) });
  expect(cells.filter((cell) => cell.purpose === 'measure').map((cell) => cell.label)).toEqual([
    'CUDA · 1 thread · opt all',
    'CUDA · 6 threads · opt all',
    'CUDA · 1 thread · opt basic',
    'CUDA · 6 threads · opt basic',
    'trtexec',
  ]);
});

test('cells of trtexec, and no others, tell whether its shapes must be said', () => {
  const targets = engineTargets(['cuda', 'trtexec'], ['ort']);
  for (const hasFreeShapes of [false, true]) {
    const { cells } = cellsOf(
      { ...axes, targets },
      [{ ...model, hasFreeShapes }],
      model,
      allUsable([0, 1, 2, 3, 4, 5]),
    );
    const told = cells.map((cell) => [cell.engine, cell.hasFreeShapes]);
    expect(told).toContainEqual(['trtexec', hasFreeShapes]);
    expect(
      told.filter(([engine]) => engine !== 'trtexec').every(([, told]) => told === undefined),
    ).toBe(true);
  }
});

test('the harness is calibrated on the CPU under each engine, never under trtexec', () => {
  const targets = engineTargets(['cuda', 'trtexec'], ['ort', 'ort-capi']);
  const cells = cellsFor({ targets, threads: [1], graphOptimizations: ['all'] });
  const calibrations = cells.filter((cell) => cell.purpose === 'calibration');
  expect(calibrations.map(({ engine, ep }) => [engine, ep])).toEqual([
    ['ort', 'cpu'],
    ['ort-capi', 'cpu'],
  ]);
});

test('a precision is only asked for where it is not the model’s own', () => {
  const targets = engineTargets(['trtexec'], ['ort']);
  const cells = cellsFor({ targets, precisions: ['fp32', 'fp16'] });
  expect(
    cells.map(({ precision, askedPrecision, label }) => [precision, askedPrecision, label]),
  ).toEqual([
    ['fp32', null, 'trtexec · fp32'],
    ['fp16', 'fp16', 'trtexec · fp16'],
  ]);
});

test('options of a provider and a library reach the cells that they are for', () => {
  const cells = cellsFor({
    targets: [...engineTargets(['cuda'], ['ort-capi']), { engine: 'ort', ep: 'cpu' }],
    threads: [1],
    graphOptimizations: ['all'],
    epOptions: { cuda: { cudnn_conv_algo_search: 'HEURISTIC' } },
    ortLibrary: '/usr/local/lib/libonnxruntime.so',
  });
  expect(cells.map(({ id, epOptions, ortLibrary }) => [id, epOptions, ortLibrary])).toEqual([
    ['c1', { cudnn_conv_algo_search: 'HEURISTIC' }, '/usr/local/lib/libonnxruntime.so'],
    ['c2', {}, null],
    ['n1', {}, '/usr/local/lib/libonnxruntime.so'],
    ['n2', {}, null],
  ]);
});

test('--gpu auto takes the named library, else trtexec, else what was brought, else says what to install', () => {
  const facts = (tools: Record<string, string>) => ({ tools }) as unknown as BoardFacts;
  const nothing = { ortLibrary: null, libraries: [], build: null };
  const trtexec = facts({ trtexec: '/usr/src/tensorrt/bin/trtexec' });
  expect(bestGpuTarget('orin', trtexec, nothing).engine).toBe('trtexec');
  const named = (providers: readonly string[]) =>
    bestGpuTarget('orin', trtexec, {
      ...nothing,
      ortLibrary: '/x.so',
      libraries: [{ path: '/x.so', providers }],
    });
  expect(named(['shared', 'tensorrt'])).toEqual({ engine: 'ort-capi', ep: 'tensorrt' });
  expect(named(['shared', 'cuda', 'tensorrt'])).toEqual({ engine: 'ort-capi', ep: 'cuda' });
  expect(named([])).toEqual({ engine: 'trtexec', ep: 'tensorrt' });
  expect(bestGpuTarget('orin', facts({}), { ...nothing, ortLibrary: '/x.so' })).toEqual({
    engine: 'ort-capi',
    ep: 'cuda',
  });
  const plain = { path: '/usr/lib/libonnxruntime.so', providers: [] };
  const gpu = { path: '/opt/ort/lib/libonnxruntime.so', providers: ['shared', 'tensorrt', 'cuda'] };
  expect(bestGpuTarget('orin', facts({}), { ...nothing, libraries: [plain, gpu] })).toEqual({
    engine: 'ort-capi',
    ep: 'cuda',
    ortLibrary: gpu.path,
  });
  const build = { providers: ['tensorrt'] };
  expect(bestGpuTarget('orin', facts({}), { ...nothing, libraries: [plain], build })).toEqual({
    engine: 'ort',
    ep: 'tensorrt',
  });
  expect(() => bestGpuTarget('orin', facts({}), { ...nothing, build: { providers: [] } })).toThrow(
    expect.objectContaining({ next: expect.stringContaining('libnvinfer-bin') }),
  );
});
