import { widestGap } from '../../host/analysis/statistics/process-structure.ts';
import { seededRandom } from '../../host/analysis/statistics/seeded-random.ts';
import { type Draw, spreads } from './support/noise.ts';
import type { Study } from './support/study.ts';

const oneMode: Readonly<Record<string, (random: Draw) => Draw>> = {
  normal: spreads.normal,
  uniform: (random) => random,
  exponential: spreads.skewed,
};

/**
 * Where the thresholds of `host/analysis/statistics/process-structure.ts` come from: gaps that one
 * mode hardly ever shows.
 */
export const modeThresholds: Study = {
  title:
    '99 % quantile of (gap between two groups) / (range of the wider one) in values of one mode',
  trials: 2000,
  findings: (trials) =>
    Object.entries(oneMode).map(([of, shape]) => ({
      of,
      figures: Object.fromEntries(
        [4, 5, 6, 8, 10, 14, 20].map((k) => {
          const draw = shape(seededRandom(`thresholds/${of}/${k}`));
          return [`K=${k}`, quantile99(k, draw, trials).toFixed(2)];
        }),
      ),
    })),
};

function quantile99(k: number, draw: Draw, trials: number): number {
  const ratios = Float64Array.from({ length: trials }, () => {
    const found = widestGap(Array.from({ length: k }, draw).sort((a, b) => a - b));
    return found === null ? Number.NaN : found.gap / found.range;
  }).sort();
  return ratios[Math.floor(0.99 * trials)] ?? Number.NaN;
}
