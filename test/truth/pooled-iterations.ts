import { seededRandom } from '../../host/analysis/statistics/seeded-random.ts';
import { iterations, spreadDraw } from './support/noise.ts';
import { type Finding, Share, type Study } from './support/study.ts';

/** What the program does not do: a test on iterations instead of on processes. */
export const pooledIterations: Study = {
  title: 'Mann-Whitney test at 5 % on the iterations of two equal cells, 0.4 % between processes',
  trials: 300,
  findings: (trials) => [
    finding('1 process of 1000 iterations a side', { processes: 1, n: 1000 }, trials),
    finding('10 processes of 20 iterations a side', { processes: 10, n: 20 }, trials),
  ],
};

interface Side {
  readonly processes: number;
  readonly n: number;
}

function finding(of: string, side: Side, trials: number): Finding {
  const random = seededRandom(of);
  const draw = spreadDraw('normal', of);
  const pool = () =>
    Array.from({ length: side.processes }, () => [
      ...iterations(random, { n: side.n, level: Math.exp(0.004 * draw()), cv: 0.02 }),
    ]).flat();
  const differs = new Share();
  for (let trial = 0; trial < trials; trial += 1) {
    differs.add(Math.abs(mannWhitneyZ(pool(), pool())) > 1.96);
  }
  return { of, figures: { 'called different': differs } };
}

/** Normal score of the rank sum of `a` among both: iterations have no ties here. */
function mannWhitneyZ(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, own: 1 })), ...b.map((value) => ({ value, own: 0 }))];
  all.sort((left, right) => left.value - right.value);
  const rankSum = all.reduce((sum, { own }, at) => sum + own * (at + 1), 0);
  const mean = (a.length * (all.length + 1)) / 2;
  return (rankSum - mean) / Math.sqrt((a.length * b.length * (all.length + 1)) / 12);
}
