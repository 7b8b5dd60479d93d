import { comparePaired, type Pair } from '../../host/analysis/statistics/compare-paired.ts';
import { effortFrom } from '../../host/plan/effort.ts';
import { type Draw, spreadDraw } from './support/noise.ts';
import { simulateRun } from './support/simulated-run.ts';
import { type Finding, Share, type Study } from './support/study.ts';

const PAIRS = 10;
const SPREAD = 0.004;
const drifts = [0.01, 0.03, 0.08];

/**
 * Medians of the same cell, measured as A and as B in some order while the board becomes slower.
 */
type Order = (drift: number, draw: Draw, trial: number) => Pair[];

const medianAt = (drift: number, draw: Draw, time: number) =>
  (1 + drift * time) * Math.exp(SPREAD * draw());

/** Pairs whose processes stand at these places of the run, which has 2 · `PAIRS` of them. */
const placed =
  (placeOf: (pair: number) => readonly [number, number]): Order =>
  (drift, draw) =>
    Array.from({ length: PAIRS }, (_, pair) => {
      const [a = 0, b = 0] = placeOf(pair).map((place) => place / (2 * PAIRS - 1));
      return { a: medianAt(drift, draw, a), b: medianAt(drift, draw, b) };
    });

/** The program's own order: two cells of a plan of that many blocks. */
const random: Order = (drift, draw, trial) => {
  const effort = effortFrom({ preset: 'default', blocks: PAIRS });
  const at = ({ time }: { readonly time: number }) => medianAt(drift, draw, time);
  const [a, b] = simulateRun(effort, { a: at, b: at }, trial);
  return (a?.processes ?? []).map(({ median }, pair) => ({
    a: median,
    b: b?.processes[pair]?.median ?? Number.NaN,
  }));
};

const orders: Readonly<Record<string, Order>> = {
  'all A, then all B': placed((pair) => [pair, PAIRS + pair]),
  'A B A B': placed((pair) => [2 * pair, 2 * pair + 1]),
  'random order in each block': random,
};

/** What the order of two equal cells makes of a drift. */
export const orderUnderDrift: Study = {
  title: `two equal cells, ${PAIRS} pairs, 0.4 % between processes, linear drift over the run: intervals without 1, and mean ratio`,
  trials: 400,
  findings: (trials) =>
    Object.entries(orders).map(([of, order]): Finding => {
      const figures = drifts.map((drift) => {
        const draw = spreadDraw('normal', `drift/${of}/${drift}`);
        const share = new Share();
        let logs = 0;
        for (let trial = 0; trial < trials; trial += 1) {
          const found = comparePaired(order(drift, draw, trial), 0);
          share.add(found !== null && (found.lo > 1 || found.hi < 1));
          logs += Math.log(found?.ratio ?? 1);
        }
        return { drift, share, bias: Math.expm1(logs / trials) };
      });
      return {
        of,
        figures: Object.fromEntries(
          figures.flatMap(({ drift, share, bias }) => [
            [`false, drift ${100 * drift} %`, share],
            [
              `bias, ${100 * drift} %`,
              `${bias < 0 ? '-' : '+'}${Math.abs(100 * bias).toFixed(2)} %`,
            ],
          ]),
        ),
      };
    }),
};
