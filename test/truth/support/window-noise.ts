import type { WindowSeries } from '../../../host/analysis/statistics/attribution.ts';
import { seededRandom } from '../../../host/analysis/statistics/seeded-random.ts';
import type { Draw } from './noise.ts';

/** What the windows of a cell are made of. */
export interface WindowModel {
  readonly processes: number;
  readonly windows: number;
  readonly sources: number;
  /** Coefficient of the AR(1) noise of excess and rates. */
  readonly phi: number;
  /** Scatter as a share of the level. */
  readonly scatter?: number;
  /** Level at a share of the process' time, the same for excess and all rates of all processes. */
  readonly trend?: (time: number) => number;
  /** Of source 0: excess for each unit of its rate; 0: it has nothing to do with the excess. */
  readonly effect?: number;
  /** Source 0 counts in one of 16 windows only, ten times as much. */
  readonly isRare?: boolean;
}

/** Positive noise of mean 1 in which each value is like the one before. */
function correlated(random: Draw, count: number, phi: number): number[] {
  let state = 1;
  const next = () => {
    state = phi * state + (1 - phi) * -Math.log(1 - random());
    return state;
  };
  // Begins as it goes on: not at its mean.
  for (let i = 0; i < 5 / (1 - phi); i += 1) next();
  return Array.from({ length: count }, next);
}

/** Windows of one cell, seeded. */
export function windowsOf(model: WindowModel, seed: string): WindowSeries[] {
  const { processes, windows, sources, phi, scatter = 1, trend = () => 1, effect = 0 } = model;
  const random = seededRandom(seed);
  const series = () =>
    correlated(random, windows, phi).map(
      (value, at) => trend(at / (windows - 1)) * (1 + scatter * (value - 1)),
    );
  const rare = () => Array.from({ length: windows }, () => (random() < 1 / 16 ? 10 * random() : 0));
  return Array.from({ length: processes }, () => {
    const rates = Array.from({ length: sources }, (_, source) =>
      model.isRare === true && source === 0 ? rare() : series(),
    );
    const own = series();
    return { rates, excess: own.map((value, at) => 0.3 * value + effect * (rates[0]?.[at] ?? 0)) };
  });
}
