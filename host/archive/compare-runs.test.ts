import { describe, expect, test } from 'vitest';
import { fixedInput } from '../../test/support/cells.ts';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, resultOf } from '../../test/support/journal-runs.ts';
import type { CellResult } from '../analysis/result/cell-result.ts';
import { type Result, resultSchema } from '../analysis/result/result.ts';
import { seededRandom } from '../analysis/statistics/seeded-random.ts';
import { compareRuns } from './compare-runs.ts';

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

/** As `change` leaves each cell of a run. */
const changed = (result: Result, change: (cell: CellResult) => Partial<CellResult>): Result => ({
  ...result,
  cells: result.cells.map((cell) => ({ ...cell, ...change(cell) })),
});
const withRelease = (result: Result, ort_version: string | null, parts = {}) =>
  changed(result, ({ config }) => ({ config: { ...config, ...parts, ort_version } }));
const first = (comparison: ReturnType<typeof compareRuns>) =>
  comparison.cells[0]?.entries[1]?.change;

test('a result from before the release of ONNX Runtime was told compares with a new one', () => {
  const json = JSON.parse(JSON.stringify(run({ a: 10e6 })));
  for (const { config } of json.cells) delete config.ort_version;
  const old = resultSchema.parse(json);
  const now = withRelease(run({ a: 9e6 }), '1.22.0');
  expect(compareRuns(old, [now]).cells).toHaveLength(1);
  expect(first(compareRuns(old, [now]))).toMatchObject({ word: 'faster', reason: null });
  expect(first(compareRuns(now, [old]))).toMatchObject({ word: 'SLOWER', reason: null });
});

test('two releases of ONNX Runtime are one cell that does not compare, with its figures', () => {
  const [before, after] = [run({ a: 10e6 }), run({ a: 9e6 })];
  const found = compareRuns(withRelease(before, '1.19.2'), [withRelease(after, '1.22.0')]);
  expect(found.cells).toHaveLength(1);
  expect(first(found)).toMatchObject({
    word: 'not comparable',
    reason: 'ONNX Runtime differs (1.19.2, 1.22.0)',
  });
  expect(first(found)?.ratio).toBeCloseTo(0.9, 3);
});

test("a board's own library whose release only one run tells is remarked on", () => {
  const own = { engine: 'ort-capi', ort_library: '/usr/lib/libonnxruntime.so' } as const;
  const [before, after] = [run({ a: 10e6 }), run({ a: 9e6 })];
  const found = compareRuns(withRelease(before, null, own), [withRelease(after, '1.22.0', own)]);
  expect(first(found)).toMatchObject({
    word: 'faster',
    reason: 'the release of ONNX Runtime is known of one only',
  });
});

test.each([
  ['with the sampler paused', { isUnwatched: true }],
  ['with interrupts moved', { isSteered: true }],
])('a twin %s is not taken for its cell, in whatever order', (_what, twin) => {
  const twins = (on: number, off: number) => {
    const plan = testPlan([testCell('on'), testCell('off', twin)]);
    return resultOf(blocks(new JournalBuilder(plan), { on, off }, 6).bye());
  };
  const plain = resultOf(blocks(new JournalBuilder(planOf('on')), { on: 10e6 }, 6).bye());
  const checked = twins(10e6, 8e6);
  const found = (from: Result, to: Result) =>
    compareRuns(from, [to]).cells.map(({ entries }) =>
      entries.map((entry) => entry && [entry.cell.cell, entry.change?.word ?? null]),
    );
  expect(found(plain, checked)).toEqual([
    [
      ['on', null],
      ['on', 'same'],
    ],
    [null, ['off', null]],
  ]);
  expect(found(checked, plain)[1]).toEqual([['off', null], null]);
  expect(found(checked, twins(10e6, 6e6))).toEqual([
    [
      ['on', null],
      ['on', 'same'],
    ],
    [
      ['off', null],
      ['off', 'faster'],
    ],
  ]);
});

test('the same options in another order are the same cell; other shapes do not compare', () => {
  const withCell = (parts: Parameters<typeof testCell>[1]) => {
    const plan = testPlan([testCell('a', parts)]);
    return resultOf(blocks(new JournalBuilder(plan), { a: 10e6 }, 6).bye());
  };
  const options = [
    { 'session.a': '1', 'session.b': '2' },
    { 'session.b': '2', 'session.a': '1' },
  ].map((sessionConfig) => withCell({ sessionConfig }));
  expect(first(compareRuns(options[0] ?? baseline, options.slice(1)))?.word).toBe('same');
  const shapes = [128, 512].map((length) =>
    withCell({ inputs: [fixedInput('ids', [1, length], 'ab'.repeat(32))] }),
  );
  expect(first(compareRuns(shapes[0] ?? baseline, shapes.slice(1)))).toMatchObject({
    word: 'not comparable',
    reason: 'the shapes of the inputs differ',
  });
});

describe('many cells at once', () => {
  const many = run(
    Object.fromEntries(Array.from({ length: 18 }, (_, at) => [`c${at}`, (at + 1) * 1e6])),
    5,
  );
  /**
   * Process medians drawn anew around each cell's own, 2 % apart; `shift` is a true change of the
   * first cell.
   */
  const drawn = (random: () => number, shift = 1) => {
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return changed(many, ({ cell, median_ns, processes }) => ({
      processes: processes.map((process) => ({
        ...process,
        median_ns: (median_ns ?? 1) * (cell === 'c0' ? shift : 1) * Math.exp(0.02 * normal()),
      })),
    }));
  };
  const changesOf = (random: () => number, shift = 1) =>
    compareRuns(drawn(random), [drawn(random, shift)]).cells.flatMap(
      ({ entries }) => entries[1]?.change ?? [],
    );

  test('equal ones are seldom called faster or slower, although single intervals exclude 1', () => {
    const random = seededRandom('null');
    const runs = Array.from({ length: 300 }, () => changesOf(random));
    const share = (isFalse: (change: (typeof runs)[number][number]) => boolean) =>
      runs.filter((changes) => changes.some(isFalse)).length / runs.length;
    const single = share(({ p, ratio }) => (p ?? 1) < 0.05 && Math.abs((ratio ?? 1) - 1) > 0.01);
    expect(single).toBeGreaterThan(0.4);
    expect(share(({ word }) => word === 'faster' || word === 'SLOWER')).toBeLessThan(0.08);
    const doubted = runs.flat().find(({ word, p }) => word === 'undecided' && (p ?? 1) < 0.05);
    expect(doubted?.reason).toMatch(/^may be chance among 18 \(p (0\.\d+|1\.0)\)$/);
    expect(doubted?.p_holm).toBeGreaterThan(doubted?.p ?? 1);
  });

  test('a true change among them is found', () => {
    const [change] = changesOf(seededRandom('true'), 0.8);
    expect(change?.word).toBe('faster');
    expect(change?.p_holm).toBeLessThan(0.05);
  });
});
