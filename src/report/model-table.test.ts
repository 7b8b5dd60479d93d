import { expect, test } from 'vitest';
import { inspectModel } from '../../models/inspect/inspect-model.ts';
import { encodeModel } from '../../models/onnx/codec.ts';
import { describeModel } from './model-table.ts';

test('names in a model file cannot drive the terminal, and none is shown without end', async () => {
  const evil = '\u001b[31m\u202ered\nline';
  const value = (name: string) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: evil }] } } },
  });
  const bytes = encodeModel({
    irVersion: 8,
    producerName: evil,
    opsetImport: [{ domain: evil, version: 1 }],
    graph: {
      node: [{ opType: evil, domain: evil, input: [evil], output: ['y'] }],
      input: [value(evil), value('x'.repeat(5000))],
      output: [value('y')],
    },
  });
  const text = describeModel(await inspectModel({ name: evil, bytes }));
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(text).toContain('red line');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(300);
});
