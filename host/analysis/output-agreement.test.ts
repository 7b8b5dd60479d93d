import { describe, expect, test } from 'vitest';
import type { EventOf } from '../../agent/contract/events.ts';
import type { Cell } from '../../agent/contract/plan.ts';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, cellOf, resultOf, tensor } from '../../test/support/journal-runs.ts';
import { cellsCsv } from '../archive/export/csv.ts';

type Outputs = EventOf<'output'>['outputs'];

/** Boxes of a detector: no classes in rows, so that there is no top-1. */
const boxes = (values: readonly number[], sha: string): Outputs =>
  tensor(values, sha).map((output) => ({ ...output, shape: [1, values.length, 1], top1: [] }));

/** What a run says of cell `b`, whose outputs these are, beside a cell on the CPU with those. */
function judged(ours: Outputs, theirs: Outputs, precision: Cell['precision']) {
  const gpu = { ep: 'cuda', precision } as const;
  const builder = new JournalBuilder(testPlan([testCell('a'), testCell('b', gpu)]));
  const outputs: Readonly<Record<string, Outputs>> = { a: theirs, b: ours };
  const run = blocks(builder, { a: 2e6, b: 1e6 }, 5, (_, cell) => ({
    output: outputs[cell] ?? [],
  }));
  const result = resultOf(run.bye());
  const notices = result.warnings.filter(({ code }) => code === 'outputs-not-judged');
  return { ...cellOf(result, 'b'), notices, csv: cellsCsv(result) };
}

describe('int8', () => {
  const right = boxes([1, 2, 3, 4], 'a');

  test('junk is INVALID, also where no top-1 can tell', () => {
    for (const junk of [
      [0, 0, 0, 0],
      [-4, 3, -2, 1],
      [90, 1, 7, -3],
    ]) {
      const { verdict, outputs } = judged(boxes(junk, 'b'), right, 'int8');
      expect([outputs.ok, verdict.kind]).toEqual([false, 'INVALID']);
      expect(verdict.reason).toMatch(/^outputs differ from a by .* 0\.5 allowed$/);
    }
  });

  test('what is near, without a top-1 to speak for it, is not judged, and nowhere called right', () => {
    const { verdict, outputs, notices, csv } = judged(boxes([1.1, 2, 2.9, 4], 'b'), right, 'int8');
    expect(verdict.kind).toBe('VALID');
    expect(outputs.ok).toBeNull();
    const text = expect.stringMatching(/^outputs not judged: int8 is judged by top-1, .* 0\.026/);
    expect(notices).toEqual([{ code: 'outputs-not-judged', cell: 'b', text }]);
    const [head, , row] = csv.split('\r\n').map((line) => line.split(','));
    expect(row?.[head?.indexOf('outputs_ok') ?? -1]).toBe('');
  });

  test('equal outputs, and classes that agree, are judged', () => {
    expect(judged(right, right, 'int8')).toMatchObject({ outputs: { ok: true }, notices: [] });
    const classes = judged(tensor([1.1, 2, 3], 'b'), tensor([1, 2, 3], 'a'), 'int8');
    expect(classes).toMatchObject({ outputs: { ok: true, top1_agreement: 1 }, notices: [] });
  });
});

test('outputs within fp16’s distance are judged without any top-1', () => {
  const near = judged(boxes([1.001, 2, 3], 'b'), boxes([1, 2, 3], 'a'), 'fp16');
  expect(near).toMatchObject({ outputs: { ok: true }, notices: [] });
});

test('a GPU that is held against nothing but itself is not judged; a CPU is the reference', () => {
  const alone = (ep: Cell['ep']) => {
    const builder = new JournalBuilder(testPlan([testCell('a', { ep })]));
    const result = resultOf(
      blocks(builder, { a: 1e6 }, 5, () => ({ output: tensor([1, 2], 'a') })).bye(),
    );
    const notices = result.warnings.filter(({ code }) => code === 'outputs-not-judged');
    return [cellOf(result).outputs.ok, notices.map(({ text }) => text)];
  };
  expect(alone('cpu')).toEqual([true, []]);
  expect(alone('cuda')).toEqual([
    null,
    ['outputs not judged: no cell on the CPU computes the same: add cpu to --ep'],
  ]);
});

test('a model that gives sequences only has no outputs to judge, and a result', () => {
  const { outputs, verdict } = judged([], [], 'fp32');
  expect(outputs).toMatchObject({ ok: null, reason: 'no outputs were recorded', max_abs: null });
  expect(verdict.kind).not.toBe('INVALID');
});
