import { expect, test } from 'vitest';
import { JournalBuilder, testCell, testPlan } from '../../../test/support/journal-builder.ts';
import { cellOf, resultOf } from '../../../test/support/journal-runs.ts';
import { seededRandom } from '../statistics/seeded-random.ts';

const PROCESSES = 5;
const ITERATIONS = 400;
const LEVEL_NS = 10e6;
const GAP_NS = 1000;

interface Planted {
  /**
   * Time that one interrupt of eth0 costs the iteration during which it comes; 0: data without an
   * effect.
   */
  readonly cost_ns: number;
}

/**
 * A run whose board serves bursts of eth0 and mmc1 on CPU 0, told five times a second, and whose
 * iterations pay for those of eth0. Both are as often and as bursty.
 */
function run({ cost_ns }: Planted) {
  const random = seededRandom('interrupts');
  const builder = new JournalBuilder(testPlan([testCell('a')]));
  const totals = { eth0: 0, mmc1: 0 };
  const text = () =>
    [
      '           CPU0       CPU1',
      ` 67: ${totals.mmc1} 0 GICv3 97 Level mmc1`,
      `301: ${totals.eth0} 0 MSI 1074266112 Edge eth0`,
    ].join('\n');
  const files = () => ({ stat: '', interrupts: text(), softirqs: '' });
  const tele = (t_ns: number, first = false) =>
    builder.event({
      kind: 'tele',
      t_ns,
      cpus: [],
      intr: 0,
      ctxt: 0,
      memAvailableBytes: 0,
      ...(first && { link: { interface: 'eth0', interrupts: ['301'] } }),
      counted: {
        interrupts: {
          cpus: [0, 1],
          rows: [
            { id: '67', counts: [totals.mmc1, 0] },
            { id: '301', counts: [totals.eth0, 0] },
          ],
        },
        softirqs: { cpus: [0, 1], rows: [] },
      },
    });
  tele(0, true);
  // The builder's own times: a process begins a millisecond on, and is loaded in 80.
  let t_ns = 0;
  for (let block = 0; block < PROCESSES; block += 1) {
    t_ns += 81e6;
    const before = files();
    let nextTele_ns = t_ns;
    let burst = { eth0: 0, mmc1: 0 };
    const durations_ns: number[] = [];
    for (let i = 0; i < ITERATIONS; i += 1) {
      if (t_ns >= nextTele_ns) {
        tele(t_ns);
        nextTele_ns = t_ns + 200e6;
        burst = {
          eth0: random() < 0.3 ? Math.floor(random() * 40) : 0,
          mmc1: random() < 0.3 ? Math.floor(random() * 40) : 0,
        };
      }
      totals.eth0 += burst.eth0;
      totals.mmc1 += burst.mmc1;
      const duration = Math.round(LEVEL_NS * (1 + 0.01 * random()) + cost_ns * burst.eth0);
      durations_ns.push(duration);
      t_ns += duration + GAP_NS;
    }
    builder.process({ cell: 'a', block, durations_ns, proc: [before, files()] });
    t_ns += 1e6;
  }
  return cellOf(resultOf(builder.bye()));
}

test('an interrupt that costs time is found with its CPU, and named as our own traffic', () => {
  const { attribution } = run({ cost_ns: 50e3 });
  expect(attribution?.reason).toBeNull();
  expect(attribution?.windows).toBeGreaterThan(60);
  expect(attribution?.excess_share).toBeGreaterThan(0.01);
  const [first, second] = attribution?.effects ?? [];
  expect(first?.sources).toEqual([
    { table: 'interrupt', id: '301', name: 'eth0', cpu: 0, is_link: true },
  ]);
  expect(first?.p_holm).toBeLessThan(0.01);
  expect(first?.share_of_excess).toBeGreaterThan(0.7);
  expect(second?.sources[0]?.name).toBe('mmc1');
  expect(second?.p_holm).toBeGreaterThan(0.05);
});

test('the same interrupts without a cost are not accused', () => {
  for (const { p_holm } of run({ cost_ns: 0 }).attribution?.effects ?? []) {
    expect(p_holm).toBeGreaterThan(0.05);
  }
});

test('without sources in the journal there is no attribution', () => {
  const builder = new JournalBuilder(testPlan([testCell('a')]));
  builder.process({ cell: 'a', block: 0, durations_ns: [1e6, 1e6] });
  expect(cellOf(resultOf(builder.bye())).attribution).toBeNull();
});
