import { expect, test } from 'vitest';
import { testCell, testPlan } from '../../test/support/journal-builder.ts';
import { describePlan } from './plan-table.ts';

test('a plan that may build engines says that its longest time is without them', () => {
  const closing = (cells: Parameters<typeof testPlan>[0]) =>
    describePlan(testPlan(cells), 20_000).trimEnd().split('\n').at(-1);
  expect(closing([testCell('a')])).toBe('  up to about 20 s');
  const trtexec = testCell('b', { engine: 'trtexec', ep: 'tensorrt' });
  expect(closing([testCell('a'), trtexec])).toBe('  up to about 20 s, plus building engines');
});
