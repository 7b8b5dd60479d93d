import { describe, expect, test } from 'vitest';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { blocks, resultOf } from '../../test/support/journal-runs.ts';
import type { CellResult } from '../analysis/result/cell-result.ts';
import { seededRandom } from '../analysis/statistics/seeded-random.ts';
import { correctedEffects } from './corrected-effects.ts';
import { effectSentence } from './effect-sentence.ts';
import { merit } from './merit.ts';
import { movingEffects, pinningEffects } from './pinning.ts';

const BLOCKS = 8;
const levels = { five: 20e6, six: 20e6, off: 20e6, sixMoved: 20e6, offMoved: 20e6 };
const pinned = { threads: 5, affinity: '1-5' };
const measured = resultOf(
  blocks(
    new JournalBuilder(
      testPlan([
        testCell('five', { threads: 5 }),
        testCell('six', { threads: 6 }),
        testCell('off', pinned),
        testCell('sixMoved', { threads: 6, isSteered: true }),
        testCell('offMoved', { ...pinned, isSteered: true }),
      ]),
    ),
    levels,
    BLOCKS,
    (_, cell) => (cell.startsWith('off') ? { cpusAllowed: '1-5' } : {}),
  ).bye(),
);

const CELLS = Object.keys(levels).length;

/** The order of the cells in one block. */
function shuffled(random: () => number): number[] {
  return Array.from({ length: CELLS }, (_, at) => ({ at, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ at }) => at);
}

type Factors = Partial<
  Readonly<Record<keyof typeof levels, readonly [median: number, p95: number]>>
>;

interface Shape {
  /** True medians and p95s, as multiples of the common ones. */
  readonly factors?: Factors;
  readonly spread: number;
  readonly hasMoved?: boolean;
  readonly attribution?: CellResult['attribution'];
  /** How much slower the board becomes over the run, whose blocks have a random order. */
  readonly drift?: number;
  readonly blocks?: number;
}

/** The experiment with the figures of its processes drawn anew. */
function drawn(
  random: () => number,
  { factors = {}, spread, hasMoved = true, attribution = null, drift = 0, blocks = BLOCKS }: Shape,
) {
  const slots = Array.from({ length: blocks }, () => shuffled(random));
  const noise = () =>
    Math.exp(spread * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  const cells = measured.cells
    .filter(({ config }) => hasMoved || !config.interrupts_moved)
    .map((cell, at): CellResult => {
      const [median, p95] = factors[cell.cell as keyof typeof levels] ?? [1, 1];
      const processes = cell.processes.slice(0, blocks).map((process) => {
        const time = process.block + (slots[process.block]?.[at] ?? 0) / CELLS;
        const slow = 1 + (drift * time) / blocks;
        return {
          ...process,
          steady_at_ns: time * 1e9,
          median_ns: 20e6 * median * slow * noise(),
          p95_ns: 22e6 * p95 * slow * noise(),
        };
      });
      return { ...cell, processes, attribution };
    });
  const result = { ...measured, cells };
  const effects = { pinning: pinningEffects(result), moving: movingEffects(result) };
  const all = [...effects.pinning, ...effects.moving];
  const corrected = correctedEffects(all);
  const sentences = all.map((effect) => effectSentence(effect, corrected)).join('\n');
  return { effects, sentences, text: merit(effects, cells) };
}

const attribution: NonNullable<CellResult['attribution']> = {
  windows: 100,
  window_s: 0.2,
  excess_share: 0.1,
  permutations: 1999,
  reason: null,
  effects: [
    {
      sources: [{ table: 'interrupt', id: '40', name: 'eth0', cpu: 0, is_link: true }],
      share_of_excess: 0.4,
      p: 0.001,
      p_holm: 0.01,
    },
  ],
};

test('where interrupts change nothing, merit is seldom found, although single comparisons favour it', () => {
  const random = seededRandom('merit');
  const runs = Array.from({ length: 400 }, () => drawn(random, { spread: 0.03 }));
  const share = (holds: (run: (typeof runs)[number]) => boolean) =>
    runs.filter(holds).length / runs.length;
  const single = share(({ effects }) =>
    [...effects.pinning, ...effects.moving].some(({ median, p95 }) =>
      [median, p95].some((one) => one?.decision === 'faster'),
    ),
  );
  expect(single).toBeGreaterThan(0.1);
  expect(share(({ text }) => text.includes('has merit on'))).toBeLessThan(0.05);
});

test('where interrupts change nothing, at most one run in twenty says less or more of anything', () => {
  const random = seededRandom('sentences');
  const runs = Array.from({ length: 400 }, () => drawn(random, { spread: 0.03 }));
  const share = (holds: (run: (typeof runs)[number]) => boolean) =>
    runs.filter(holds).length / runs.length;
  const single = share(({ effects }) =>
    [...effects.pinning, ...effects.moving].some(({ median, p95, spread }) =>
      [median, p95, spread].some((one) => one?.decision === 'faster' || one?.decision === 'slower'),
    ),
  );
  expect(single).toBeGreaterThan(0.2);
  expect(share(({ sentences }) => /, (?:less|more)\)/.test(sentences))).toBeLessThanOrEqual(0.05);
});

test.each([3, 5])(
  'over %d blocks, a board that becomes slower by 0.08 shows no effect',
  (blocks) => {
    const random = seededRandom(`drift/${blocks}`);
    const runs = Array.from({ length: 400 }, () =>
      drawn(random, { spread: 0.004, drift: 0.08, blocks }),
    );
    const withWord = runs.filter(({ sentences }) => /, (?:less|more)\)/.test(sentences));
    expect(withWord.length / runs.length).toBeLessThanOrEqual(0.05);
  },
);

test('a difference that is there keeps its word among all comparisons', () => {
  const factors = { off: [1.1, 1.1], offMoved: [1.1, 1.1] } as const;
  const { sentences } = drawn(seededRandom('there'), { spread: 0.005, factors });
  expect(sentences).toMatch(
    /^off against six: median 1\.\d+× \([^)]*, more\), p95 1\.\d+× \([^)]*, more\)/m,
  );
});

describe('the last sentence', () => {
  const text = (shape: Partial<Shape>) =>
    drawn(seededRandom('words'), { spread: 0.0005, ...shape }).text;

  test('tells pinning from moving interrupts', () => {
    const moving = text({ factors: { sixMoved: [0.9, 0.9], offMoved: [0.9, 0.9] } });
    expect(moving).toMatch(/^Research into CPU interrupts has merit on this board, in this run: /);
    expect(moving).toContain('keeping threads off their CPU improves neither median nor p95; ');
    expect(moving).toMatch(
      /moving interrupts pays, \S+ is faster than \S+ \(p .* among 12 comparisons\)/,
    );
    const pinning = text({ factors: { off: [0.9, 0.9], offMoved: [0.9, 0.9] } });
    expect(pinning).toContain('keeping threads off their CPU pays, off is faster than');
    expect(pinning).toContain('moving interrupts improves neither');
  });

  test('speaks of deadlines where only the p95 is smaller', () => {
    expect(text({ factors: { off: [1, 0.9] }, hasMoved: false })).toMatch(
      /has merit on .* where deadlines count: keeping threads off their CPU pays, off has a smaller p95 .* among 6 comparisons\)\.$/,
    );
  });

  test('names only what was measured', () => {
    expect(text({ hasMoved: false })).toBe(
      'Research into CPU interrupts has no merit on this board, in this run: keeping threads off their CPU improves neither median nor p95.',
    );
  });

  test('does not say of undecided effects that they do not pay, interrupts with slow iterations or not', () => {
    const open = { spread: 0.03, hasMoved: false };
    expect(text(open)).toMatch(
      /^Whether .* stays open .*whether keeping threads off their CPU pays stays open/,
    );
    const gone = text({ ...open, attribution });
    expect(gone).toMatch(
      /^Interrupts go with slow iterations .*, but whether keeping .* stays open/,
    );
    expect(gone).not.toContain('improves neither');
    expect(text({ attribution, hasMoved: false })).toMatch(
      /^Interrupts go with slow iterations .*, but keeping threads off their CPU improves neither median nor p95\.$/,
    );
  });

  test.each([
    [0.03, 'stays open'],
    [0.001, 'has no merit'],
  ])('a slower median with p %d among four comparisons: %s', (pT, expected) => {
    const { effects } = drawn(seededRandom('slower'), { spread: 0.0005, hasMoved: false });
    const pinning = effects.pinning.map((effect, at) =>
      at > 0 || effect.median === null
        ? effect
        : { ...effect, median: { ...effect.median, decision: 'slower' as const, pT } },
    );
    expect(merit({ pinning, moving: [] }, [])).toContain(expected);
  });
});
