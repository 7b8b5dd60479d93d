import { expect, test } from 'vitest';
import { parseCpuList } from '../../agent/contract/cpu-list.ts';
import { allUsable } from '../board/cpu-facts.ts';
import { OrinError } from '../errors.ts';
import type { Axes } from './axes.ts';
import { parseCellFilter } from './cell-filter.ts';
import { type CellModel, cellsOf, defaultThreads } from './cells.ts';

const model: CellModel = {
  id: 'resnet',
  name: 'resnet',
  precision: 'fp32',
  inputsByBatch: new Map([[1, []]]),
};
const nullModel: CellModel = { ...model, id: 'null', name: 'null' };
const sixCpus = [0, 1, 2, 3, 4, 5];
const axes: Axes = {
  targets: [{ engine: 'ort', ep: 'cpu' }],
  precisions: [null],
  epOptions: {},
  ortLibrary: null,
  threads: null,
  affinities: [null],
  graphOptimizations: ['all'],
  spinning: [true],
  interOpThreads: [null],
  sessionConfig: {},
  include: [],
  exclude: [],
  oversubscribe: false,
};
const twoBatches: CellModel = {
  ...model,
  inputsByBatch: new Map([
    [1, []],
    [4, []],
  ]),
};
const cellsFor = (change: Partial<Axes>, measured = model) =>
  cellsOf({ ...axes, ...change }, [measured], nullModel, allUsable(sixCpus));
const labels = (change: Partial<Axes>, measured = model) =>
  cellsFor(change, measured)
    .cells.filter((cell) => cell.purpose === 'measure')
    .map((cell) => cell.label);

test("by default a board of six CPUs gets the thesis' 1, 3 and 6 threads", () => {
  expect(defaultThreads(6)).toEqual([1, 3, 6]);
  expect(defaultThreads(2)).toEqual([1, 2]);
  expect(defaultThreads(1)).toEqual([1]);
  expect(labels({})).toEqual(['1 thread', '3 threads', '6 threads']);
});

test('every combination is a cell, and labels name only what varies', () => {
  expect(labels({ threads: [1, 6] }, twoBatches)).toEqual([
    '1 thread · batch 1',
    '6 threads · batch 1',
    '1 thread · batch 4',
    '6 threads · batch 4',
  ]);
});

test('with several models a label says which, and filters go by what a model is called', () => {
  const fp32 = { ...model, id: '1'.repeat(64), name: 'fp32/model.onnx' };
  const int8 = { ...model, id: '2'.repeat(64), name: 'int8/model.onnx' };
  const cells = (change: Partial<Axes>) =>
    cellsOf({ ...axes, threads: [1], ...change }, [fp32, int8], nullModel, allUsable(sixCpus))
      .cells.filter(({ purpose }) => purpose === 'measure')
      .map(({ label }) => label);
  expect(cells({})).toEqual(['1 thread · fp32/model.onnx', '1 thread · int8/model.onnx']);
  for (const name of ['int8/model.onnx', 'int8/model']) {
    const include = [parseCellFilter(`model=${name}`, '--include')];
    expect(cells({ include })).toEqual(['1 thread']);
    expect(cells({ exclude: include })).toEqual(['1 thread']);
  }
});

test('each thread setting gets one calibration cell with the null model', () => {
  const { cells } = cellsFor({ threads: [1, 6] }, twoBatches);
  const calibrations = cells.filter((cell) => cell.purpose === 'calibration');
  expect(calibrations.map((cell) => [cell.id, cell.threads, cell.model])).toEqual([
    ['n1', 1, 'null'],
    ['n2', 6, 'null'],
  ]);
});

test('more threads than CPUs are refused with the reason, and measured when insisted on', () => {
  expect(() => cellsFor({ threads: [99] })).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: '--threads 99: the board has 6 CPUs online',
    }),
  );
  expect(labels({ threads: [99], oversubscribe: true })).toEqual(['99 threads']);
});

test('a combination with fewer CPUs than threads is left out and said', () => {
  const set = cellsFor({ threads: [5, 6], affinities: ['0-5', '1-5'] });
  expect(set.cells.filter((cell) => cell.purpose === 'measure')).toHaveLength(3);
  expect(set.notes).toEqual(['left out: 6 threads on CPUs 1-5 (5 CPUs; --oversubscribe keeps it)']);
});

test('an affinity with an absent CPU is refused', () => {
  expect(() => cellsFor({ affinities: ['0-7'] })).toThrow(OrinError);
});

test('include keeps, exclude drops, and nothing left is an error', () => {
  const include = [parseCellFilter('threads=6', '--include')];
  const exclude = [parseCellFilter('threads=6,batch=1', '--exclude')];
  expect(labels({ include }, twoBatches)).toEqual(['6 threads · batch 1', '6 threads · batch 4']);
  expect(labels({ include, exclude }, twoBatches)).toEqual(['6 threads · batch 4']);
  expect(() => cellsFor({ include: [parseCellFilter('threads=2', '--include')] })).toThrow(
    'no cell is left to measure',
  );
});

test('a filter with an unknown key names the known ones', () => {
  expect(() => parseCellFilter('cores=3', '--exclude')).toThrow(
    expect.objectContaining({ why: expect.stringContaining('threads') }),
  );
});

test('CPU lists are read as the kernel writes them', () => {
  expect(parseCpuList('0-2,5')).toEqual([0, 1, 2, 5]);
  expect(parseCpuList('3')).toEqual([3]);
  for (const bad of ['', '2-1', 'a', '1,,2', '-1', '99999']) expect(parseCpuList(bad)).toBeNull();
});

test('threads and affinities count against the CPUs that the login may use', () => {
  const two = {
    ...allUsable(sixCpus),
    allowed: [0, 1],
    limit: { by: 'cpuset', group: null },
  } as const;
  const cells = (change: Partial<Axes>) =>
    cellsOf({ ...axes, threads: null, ...change }, [model], nullModel, two);
  const { cells: made, notes } = cells({});
  expect(made.filter(({ purpose }) => purpose === 'measure').map(({ threads }) => threads)).toEqual(
    [1, 2],
  );
  expect(notes[0]).toMatch(/^2 of 6 online CPUs may be used \(0, 1\): the cpuset/);
  expect(() => cells({ threads: [3] })).toThrow(/--threads 3: 2 of 6 online CPUs may be used/);
  expect(() => cells({ affinities: ['1-2'] })).toThrow(/the login may not use CPU 2/);
  expect(cells({ threads: [3], oversubscribe: true }).cells.length).toBeGreaterThan(0);
  const isolated = {
    ...two,
    isolated: [2, 3, 4, 5],
    limit: { by: 'isolcpus', group: null },
  } as const;
  const pinned = { ...axes, threads: [2], affinities: ['2-3'] };
  expect(cellsOf(pinned, [model], nullModel, isolated).cells[0]?.affinity).toBe('2-3');
});
