import { medianInterval } from '../../agent/contract/statistics/within-process.ts';
import { processPercentiles } from '../../host/analysis/statistics/percentiles.ts';
import { seededRandom } from '../../host/analysis/statistics/seeded-random.ts';
import { type Draw, iterations, spreadDraw } from './support/noise.ts';
import { type Finding, Share, type Study } from './support/study.ts';

const names = ['p90', 'p95', 'p99'] as const;
const normalQuantiles = { p90: 1.2815515655, p95: 1.644853627, p99: 2.326347874 } as const;

interface Kind {
  readonly of: string;
  /** Numbers of iterations: a few, where only some runs give an interval, and many. */
  readonly counts: readonly number[];
  /** Steady iterations of one process of level 1. */
  readonly draw: (random: Draw, n: number) => Float64Array;
  readonly truth: (name: (typeof names)[number]) => number;
}

const kinds: readonly Kind[] = [
  {
    of: 'normal',
    counts: [150, 600],
    draw: (random, n) => iterations(random, { n, level: 1, cv: 0.03 }),
    truth: (name) => 1 + 0.03 * normalQuantiles[name],
  },
  {
    of: 'exponential tail',
    counts: [150, 600],
    draw: (random, n) => Float64Array.from({ length: n }, () => 1 - 0.1 * Math.log(1 - random())),
    truth: (name) => 1 - 0.1 * Math.log({ p90: 0.1, p95: 0.05, p99: 0.01 }[name]),
  },
  {
    of: 'log-normal',
    counts: [150, 600],
    draw: (random, n) =>
      iterations(random, { n, level: 1, cv: 1 }).map((value) => Math.exp(0.3 * (value - 1))),
    truth: (name) => Math.exp(0.3 * normalQuantiles[name]),
  },
  {
    of: 'AR(1) 0.9',
    counts: [300, 600, 1200],
    draw: (random, n) => iterations(random, { n, level: 1, cv: 0.03, phi: 0.9 }),
    truth: (name) => 1 + 0.03 * normalQuantiles[name],
  },
];

/**
 * How often the intervals of percentiles hold the percentile of a typical process, where one is
 * given.
 */
export const percentileCoverage: Study = {
  title: 'coverage of the 95 % intervals of p90 / p95 / p99',
  trials: 40,
  findings: (trials) =>
    kinds.flatMap((kind) =>
      [0.004, 0.02].flatMap((sd) => kind.counts.map((n) => finding(kind, sd, n, trials))),
    ),
};

function finding(kind: Kind, sd: number, n: number, trials: number): Finding {
  const of = `${kind.of}, ${100 * sd} %, ${n} iterations`;
  const figures = [5, 8, 20].flatMap((processes) => {
    const shares = coverage(kind, { sd, n, processes, seed: `${of}/${processes}` }, trials);
    return names.map((name) => [`${name} K=${processes}`, shares[name]] as const);
  });
  return { of, figures: Object.fromEntries(figures) };
}

function coverage(
  { draw, truth }: Kind,
  { sd, n, processes, seed }: { sd: number; n: number; processes: number; seed: string },
  trials: number,
): Record<(typeof names)[number], Share> {
  const random = seededRandom(seed);
  const level = spreadDraw('normal', `${seed}/levels`);
  const shares = { p90: new Share(), p95: new Share(), p99: new Share() };
  for (let trial = 0; trial < trials; trial += 1) {
    const parts = Array.from({ length: processes }, () => {
      const factor = Math.exp(sd * level());
      const values = draw(random, n).map((value) => value * factor);
      return { values, nEff: medianInterval(values).nEff };
    });
    const found = processPercentiles(parts);
    for (const name of names) {
      const { lo, hi } = found[name];
      if (lo !== null && hi !== null) shares[name].add(lo <= truth(name) && truth(name) <= hi);
    }
  }
  return shares;
}
