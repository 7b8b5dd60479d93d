import { processInterval } from '../../agent/contract/statistics/between-processes.ts';
import { medianInterval } from '../../agent/contract/statistics/within-process.ts';
import { seededRandom } from '../../host/analysis/statistics/seeded-random.ts';
import { effortFrom } from '../../host/plan/effort.ts';
import { iterations, type SpreadName, spreadDraw, spreads } from './support/noise.ts';
import { simulateRun } from './support/simulated-run.ts';
import { type Finding, Share, type Study } from './support/study.ts';

const LEVEL = 1e6;

/**
 * How often the published interval holds the true level, for a number of processes that was fixed
 * beforehand.
 */
export const fixedNumber: Study = {
  title: 'coverage of the 95 % interval over a fixed number of processes that differ by 0.4 %',
  trials: 1000,
  findings: (trials) =>
    (Object.keys(spreads) as SpreadName[]).map((name) => ({
      of: name,
      figures: Object.fromEntries(
        [3, 5, 8, 20].map((blocks) => [`K=${blocks}`, fixedCoverage(name, blocks, trials)]),
      ),
    })),
};

function fixedCoverage(name: SpreadName, blocks: number, trials: number): Share {
  const draw = spreadDraw(name, `fixed/${name}/${blocks}`);
  const effort = effortFrom({ preset: 'default', blocks });
  const share = new Share();
  for (let trial = 0; trial < trials; trial += 1) {
    const [cell] = simulateRun(effort, { a: () => LEVEL * Math.exp(0.004 * draw()) }, trial);
    const found = processInterval((cell?.processes ?? []).map(({ median }) => median));
    share.add(found !== null && found.lo <= LEVEL && LEVEL <= found.hi);
  }
  return share;
}

/** The same for the interval within one process, which is not the published one. */
export const withinProcess: Study = {
  title: 'coverage of the interval within one process of 1000 iterations',
  trials: 300,
  findings: (trials) =>
    [0, 0.5, 0.9, 0.98].map((phi): Finding => {
      const random = seededRandom(`within/${phi}`);
      const share = new Share();
      for (let trial = 0; trial < trials; trial += 1) {
        const { lo, hi } = medianInterval(
          iterations(random, { n: 1000, level: LEVEL, cv: 0.03, phi }),
        );
        share.add(lo <= LEVEL && LEVEL <= hi);
      }
      return { of: `AR(1), coefficient ${phi}`, figures: { covers: share } };
    }),
};
