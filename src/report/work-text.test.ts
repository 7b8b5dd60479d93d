import { expect, test } from 'vitest';
import type { ModelFacts } from '../../models/facts.ts';
import { inspectModel } from '../../models/inspect/inspect-model.ts';
import { describeModel } from './model-table.ts';

const zipmap = await inspectModel('test/fixtures/onnx/zipmap.onnx');

/** The line on the work of a model of which this much is counted. */
function workLine(flops: Partial<NonNullable<ModelFacts['flops']>>): string | undefined {
  const nothing = { total: 0, perItem: 0, integerTotal: 0, integerPerItem: 0 };
  const counts = { estimatedNodes: 0, unknownNodes: 0, unknownByOp: [] };
  const batch = { size: 1, from: 'named', dimension: 'N' } as const;
  const counted = { batch, ...nothing, ...counts, ...flops };
  return /^ {2}work {9}(.*)$/m.exec(describeModel({ ...zipmap, flops: counted }))?.[1];
}

test('a sum without some nodes is a lower bound that names them', () => {
  const unknownByOp = [
    { op: 'Conv', count: 2 },
    { op: 'com.microsoft.MoE', count: 1 },
  ];
  expect(workLine({ perItem: 1.151e9, estimatedNodes: 3, unknownNodes: 3, unknownByOp })).toBe(
    'at least 1.15 GFLOP per item at batch 1 (convolutions and matrix products; not counted: 2 Conv, 1 com.microsoft.MoE)',
  );
  expect(workLine({ estimatedNodes: 0, unknownNodes: 3, unknownByOp })).toBe(
    'unknown: none of its convolutions and matrix products could be counted (2 Conv, 1 com.microsoft.MoE)',
  );
});

test('operations on integers are no FLOP, and nothing is a bare zero', () => {
  expect(workLine({ perItem: 0, integerPerItem: 3e6, estimatedNodes: 119 })).toBe(
    '3 MOP on integers per item at batch 1 (convolutions and matrix products)',
  );
  expect(workLine({ perItem: 500, integerPerItem: 2e3, estimatedNodes: 2 })).toBe(
    '500 FLOP and 2 kOP on integers per item at batch 1 (convolutions and matrix products)',
  );
  expect(workLine({})).toBe('not counted: it has no convolution and no matrix product');
});
