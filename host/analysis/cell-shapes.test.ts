import { expect, test } from 'vitest';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { readJournal } from '../journal/journal.ts';
import { cellShapes } from './cell-shapes.ts';

const size = { bins: 20, columns: 50 };

function shapeOf(durations_ns: number[], parts: Record<string, unknown> = {}) {
  const builder = new JournalBuilder(testPlan([testCell('a')]));
  const bytes = builder
    .process({ cell: 'a', block: 0, durations_ns, warmUp: 10, ...parts })
    .bye()
    .bytes();
  return cellShapes(readJournal(bytes), size).get('a');
}

test('every steady iteration is in a bin or counted outside', () => {
  const durations = around(1e6, 400);
  durations[200] = 50e6;
  const shape = shapeOf(durations);
  const counted = (shape?.bins ?? []).reduce((sum, count) => sum + count, 0);
  expect(counted + (shape?.above ?? 0) + (shape?.below ?? 0)).toBe(shape?.steady);
  expect(shape?.above).toBe(1);
  expect(shape?.hi_ns).toBeLessThan(2e6);
});

test('the time line has every iteration, warm-up apart, and names what goes with a slow one', () => {
  const durations = around(1e6, 400);
  durations[200] = 50e6;
  const shape = shapeOf(durations, { preempted: [[200, 3]] });
  const columns = shape?.processes[0]?.columns ?? [];
  expect(columns).toHaveLength(50);
  expect(columns[0]?.isWarmUp).toBe(true);
  expect(columns.at(-1)?.isWarmUp).toBe(false);
  const slow = columns.filter(({ cause }) => cause !== null);
  expect(slow).toMatchObject([{ slow: 1, cause: 'preempted', hi_ns: 50e6 }]);
});

test('fewer iterations than columns, and all of the same length', () => {
  const shape = shapeOf(new Array(12).fill(1e6));
  expect(shape?.processes[0]?.columns.length).toBe(12);
  expect(shape?.bins.reduce((sum, count) => sum + count, 0)).toBe(shape?.steady);
});
