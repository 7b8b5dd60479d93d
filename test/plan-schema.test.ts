import { expect, test } from 'vitest';
import { type Plan, planSchema } from '../agent/contract/plan.ts';
import { testCell, testPlan } from './support/journal-builder.ts';

const plan: Plan = { ...testPlan([testCell('a'), testCell('b')]), order: [['a', 'b']] };
const [model] = plan.models;

/** Where a plan is refused, and why. */
function refusals(changes: object): string[] {
  const { error } = planSchema.safeParse({ ...plan, ...changes });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('a sound plan is taken as it is', () => {
  expect(planSchema.parse(plan)).toEqual(plan);
});

test('two models of one id are refused: a cell would be measured on either', () => {
  expect(refusals({ models: [model, { ...model, name: 'another' }] })).toEqual([
    'models.1.id: model id mlp-tiny twice',
  ]);
});

test('two cells of one id are refused', () => {
  expect(refusals({ cells: [testCell('a'), testCell('b'), testCell('a')] })).toEqual([
    'cells.2.id: cell id a twice',
  ]);
});

test('names that mean nothing are refused: a model, a cell of the order, a cell of earlier segments', () => {
  expect(refusals({ cells: [testCell('a', { model: 'gone' }), testCell('b')] })).toEqual([
    'cells.0.model: model gone is not in the plan',
  ]);
  expect(refusals({ order: [['a'], ['b', 'c']] })).toEqual([
    'order.1.1: cell c is not in the plan',
  ]);
  expect(refusals({ order: [['a', 'b', 'a']] })).toEqual(['order.0.2: cell a twice in a block']);
  const earlier = { c: { medians_ns: [], failuresInARow: 0 } };
  expect(refusals({ earlier })).toEqual(['earlier.c: cell c is not in the plan']);
});

const file = { sha256: '0'.repeat(64), sizeBytes: 1 };
const withFiles = (main: string, ...paths: string[]) => ({
  models: [{ ...model, main, files: paths.map((path) => ({ ...file, path })) }],
});

test.each(['/etc/x', '../x', 'a/../../x', 'a//x', './x', 'x/', '', 'a\0b'])(
  'the path %j of a model file is refused',
  (path) => {
    expect(refusals(withFiles('m.onnx', 'm.onnx', path))).toContain(
      'models.0.files.1.path: leaves the directory of its model',
    );
  },
);

test('files that would take each other’s place are refused, and a main file that is none of them', () => {
  expect(refusals(withFiles('m.onnx', 'm.onnx', 'w', 'w'))).toEqual([
    'models.0.files.2.path: file w twice',
  ]);
  expect(refusals(withFiles('m.onnx', 'm.onnx', 'w', 'w/part/1'))).toEqual([
    'models.0.files.1.path: w is a file and a folder',
  ]);
  expect(refusals(withFiles('n.onnx', 'm.onnx'))).toEqual([
    "models.0.main: n.onnx is not among the model's files",
  ]);
  expect(refusals(withFiles('a b/模型.onnx', 'a b/模型.onnx', '..w'))).toEqual([]);
});
