import { expect, test } from 'vitest';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, resultOf } from '../../test/support/journal-runs.ts';
import { compareRuns } from './compare-runs.ts';
import type { Result } from './result.ts';

function run(levels: Readonly<Record<string, number>>, count = 6, powerMode = '15W'): Result {
  const cells = Object.keys(levels).map((id, index) => testCell(id, { threads: index + 1 }));
  const plan = { ...testPlan(cells), context: { board: { power_mode: powerMode } } };
  return resultOf(blocks(new JournalBuilder(plan), levels, count).bye());
}

const baseline = run({ a: 10e6, b: 5e6, c: 2e6 });
const words = (others: readonly Result[]) =>
  compareRuns(baseline, others).cells.map(({ entries }) =>
    entries.slice(1).map((entry) => entry?.change?.word ?? null),
  );

test('each run is held against the first, cell by cell', () => {
  const faster = run({ a: 9e6, b: 5.5e6, c: 2.0001e6 });
  const same = run({ a: 10e6, b: 5e6, c: 2e6 });
  expect(words([faster, same])).toEqual([
    ['faster', 'same'],
    ['SLOWER', 'same'],
    ['same', 'same'],
  ]);
});

test('the ratio is that of the levels, and lies in its interval', () => {
  const change = compareRuns(baseline, [run({ a: 9e6 })]).cells[0]?.entries[1]?.change;
  expect(change?.ratio).toBeCloseTo(0.9, 3);
  expect(change?.lo).toBeLessThan(0.9001);
  expect(change?.hi).toBeGreaterThan(0.8999);
});

test('under other conditions nothing is called faster, but the figures are there', () => {
  const { cells, differences } = compareRuns(baseline, [run({ a: 9e6 }, 6, 'MAXN')]);
  expect(cells[0]?.entries[1]?.change).toMatchObject({
    word: 'not comparable',
    reason: 'power mode differs',
  });
  expect(cells[0]?.entries[1]?.change?.ratio).toBeCloseTo(0.9, 3);
  expect(differences).toEqual([{ key: 'power.mode', values: ['15W', 'MAXN'] }]);
});

test('a third run under the same conditions compares although the second does not', () => {
  const others = [run({ a: 9e6 }, 6, 'MAXN'), run({ a: 9e6 })];
  expect(words(others)[0]).toEqual(['not comparable', 'faster']);
});

test('a number that is not sound is called neither faster nor slower', () => {
  const jumping = resultOf(
    blocks(new JournalBuilder(planOf('a')), { a: 9e6 }, 6, (block) => ({
      durations_ns: Array.from({ length: 400 }, (_, i) => (block % 2 ? 9e6 : 14e6) + i),
    })).bye(),
  );
  expect(jumping.cells[0]?.verdict.kind).toBe('UNSTABLE');
  const sound = resultOf(blocks(new JournalBuilder(planOf('a')), { a: 20e6 }, 6).bye());
  expect(compareRuns(sound, [jumping]).cells[0]?.entries[1]?.change).toMatchObject({
    word: 'not comparable',
    reason: 'this cell is UNSTABLE',
  });
  expect(compareRuns(jumping, [sound]).cells[0]?.entries[1]?.change).toMatchObject({
    reason: 'the baseline is UNSTABLE',
  });
});

const planOf = (id: string) => testPlan([testCell(id)]);

test('few processes are said, and one alone compares with nothing', () => {
  const few = compareRuns(baseline, [run({ a: 9e6 }, 3)]).cells[0]?.entries[1]?.change;
  expect(few?.reason).toMatch(/fewer than 5 processes/);
  const one = compareRuns(baseline, [run({ a: 9e6 }, 1)]).cells[0]?.entries[1]?.change;
  expect(one).toMatchObject({ word: 'not comparable', ratio: null });
});

test('cells that only one of the runs has stay in the table, without a word', () => {
  const { cells } = compareRuns(run({ a: 10e6 }), [run({ a: 10e6, b: 5e6 })]);
  expect(cells).toHaveLength(2);
  expect(cells[1]?.entries[0]).toBeNull();
  expect(cells[1]?.entries[1]?.change).toBeNull();
});
