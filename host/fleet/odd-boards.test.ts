import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../analysis/statistics/seeded-random.ts';
import type { BoardSummary } from './board-summary.ts';
import { oddSentence } from './fleet-report.ts';
import { findOddBoards } from './odd-boards.ts';

const usual = {
  'power.mode': '25W',
  'cpu.online': '0-5',
  'board.l4t': '36.4.4',
  'board.kernel': '5.15.148-tegra',
  throttled: 'no',
  contention: 'no',
};

interface Planted {
  readonly ratio?: number;
  readonly conditions?: Readonly<Record<string, string | null>>;
  readonly model?: string;
}

/** Boards at 8.4 ms that differ by 0.5 %, each with processes that differ by 0.4 %. */
function fleet(seed: number, size: number, planted: Readonly<Record<number, Planted>> = {}) {
  const random = seededRandom(String(seed));
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: size }, (_, i): BoardSummary => {
    const { ratio = 1, conditions = {}, model = 'Orin Nano' } = planted[i] ?? {};
    const own = 8.4e6 * ratio * Math.exp(0.005 * normal());
    const processMedians_ns = Array.from({ length: 5 }, () => own * Math.exp(0.004 * normal()));
    const cell = {
      key: '1 thread',
      name: '1 thread',
      verdict: 'VALID',
      median_ns: own,
      halfWidth: 0.004,
    } as const;
    const rest = { p90_ns: null, p99_ns: null, max_ns: null, throughputPerS: null };
    return {
      name: `orin-${i}`,
      runId: `run-${i}`,
      model,
      conditions: { ...usual, ...conditions },
      cells: [{ ...cell, ...rest, processMedians_ns }],
    };
  });
}

describe('a slow board in another power mode', () => {
  const [odd, ...others] = findOddBoards(
    fleet(3, 6, { 4: { ratio: 1.3, conditions: { 'power.mode': '15W' } } }),
  );

  test('is found, alone, with an interval around what was planted', () => {
    expect(others).toEqual([]);
    expect(odd).toMatchObject({ name: 'orin-4', peers: 5, cause: 'environment' });
    expect(odd?.lo).toBeLessThan(1.3 * 1.02);
    expect(odd?.hi).toBeGreaterThan(1.3 * 0.98);
  });

  test('is explained by it, not called hardware', () => {
    expect(odd?.differences).toEqual([{ condition: 'power.mode', value: '15W', others: '25W' }]);
    const sentence = odd === undefined ? '' : oddSentence(odd);
    expect(sentence).toMatch(/^orin-4 is \d+\.\d % slower than its 5 peers \[\d/);
    expect(sentence).toContain('power mode 15W, others 25W');
    expect(sentence).not.toContain('hardware');
  });
});

test('a board that differs in nothing known is called hardware, with what is not known', () => {
  const [odd, ...others] = findOddBoards(fleet(5, 8, { 2: { ratio: 1.06 } }));
  expect(others).toEqual([]);
  expect(odd).toMatchObject({ name: 'orin-2', cause: 'hardware', differences: [] });
  expect(odd?.unknown).toContain('clocks.cpu');
  expect(odd === undefined ? '' : oddSentence(odd)).toMatch(/hardware.*not known: CPU clock/);
});

test('boards in another mode do not hide a broken one, and each has its own cause', () => {
  const slow = { ratio: 1.35, conditions: { 'power.mode': '15W' } };
  const odd = findOddBoards(fleet(9, 10, { 0: slow, 1: slow, 2: slow, 7: { ratio: 1.08 } }));
  const causes = Object.fromEntries(odd.map(({ name, cause }) => [name, cause]));
  expect(causes).toEqual({
    'orin-0': 'environment',
    'orin-1': 'environment',
    'orin-2': 'environment',
    'orin-7': 'hardware',
  });
});

test.each([
  ['throttled', { throttled: 'yes' }],
  ['contention', { contention: 'yes' }],
  ['cpu.online', { 'cpu.online': '0-3' }],
])('%s explains as well', (condition, conditions) => {
  const [odd] = findOddBoards(fleet(11, 6, { 1: { ratio: 1.2, conditions } }));
  expect(odd?.differences.map((difference) => difference.condition)).toEqual([condition]);
});

describe('temperature', () => {
  const warm = (degrees: readonly string[], odd: number, ratio: number) =>
    findOddBoards(
      fleet(
        11,
        degrees.length,
        Object.fromEntries(
          degrees.map((text, i) => [
            i,
            { ratio: i === odd ? ratio : 1, conditions: { temperature: `${text} °C` } },
          ]),
        ),
      ),
    );

  test('explains a slow board that is far hotter than its peers, before the hardware is blamed', () => {
    const [odd] = warm(['58.0', '84.5', '61.0', '59.5', '60.0', '62.0'], 1, 1.12);
    expect(odd).toMatchObject({
      name: 'orin-1',
      cause: 'environment',
      differences: [{ condition: 'temperature', value: '84.5 °C', others: '60.0 °C' }],
    });
    expect(odd === undefined ? '' : oddSentence(odd)).toContain('temperature 84.5 °C, others 60.0');
  });

  test('explains nothing where it is as usual, within the spread of the peers, or the other way round', () => {
    for (const degrees of [
      ['58.0', '60.5', '61.0', '59.5', '60.0', '62.0'],
      ['40.0', '75.0', '80.0', '45.0', '60.0', '68.0'],
      ['58.0', '40.0', '61.0', '59.5', '60.0', '62.0'],
    ]) {
      const [odd] = warm(degrees, 1, 1.12);
      expect(odd).toMatchObject({ name: 'orin-1', cause: 'hardware', differences: [] });
    }
  });

  test('that nobody told is named as not known', () => {
    const [odd] = findOddBoards(fleet(11, 6, { 1: { ratio: 1.12 } }));
    expect(odd?.unknown).toContain('temperature');
  });
});

test('another kind of board is no odd board, and two boards cannot say which is odd', () => {
  const agx = { ratio: 0.4, model: 'AGX Orin' };
  expect(findOddBoards(fleet(2, 7, { 0: agx, 1: agx }))).toEqual([]);
  expect(findOddBoards(fleet(2, 2, { 0: { ratio: 2 } }))).toEqual([]);
});

test('a difference in conditions without a difference in time makes nobody odd', () => {
  expect(findOddBoards(fleet(4, 6, { 3: { conditions: { 'power.mode': '15W' } } }))).toEqual([]);
});

test('hardly any board of clean fleets is called odd', () => {
  let boards = 0;
  let odd = 0;
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 3, max: 25 }), (seed, size) => {
      boards += size;
      odd += findOddBoards(fleet(seed, size)).length;
    }),
    { numRuns: 200, seed: 1 },
  );
  expect(odd / boards).toBeLessThan(0.01);
});

test('boards that agree exactly make no division by nothing', () => {
  const same = fleet(1, 5).map((board) => ({
    ...board,
    cells: board.cells.map((cell) => ({ ...cell, processMedians_ns: [8e6, 8e6, 8e6] })),
  }));
  expect(findOddBoards(same)).toEqual([]);
});
