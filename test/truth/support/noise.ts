import { seededRandom } from '../../../host/analysis/statistics/seeded-random.ts';

/** Draws one value. */
export type Draw = () => number;

/** Standard normal values (Box and Muller), seeded. */
function normalDraw(random: Draw): Draw {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * Shapes of the spread between processes. All have mean 0 and standard deviation 1, so that
 * `level · exp(sd · draw)` has the true value `level` whatever the shape.
 */
export const spreads = {
  normal: (random: Draw) => normalDraw(random),
  /** Student's t with three degrees of freedom: heavy tails. */
  t3: (random: Draw) => {
    const normal = normalDraw(random);
    return () => normal() / Math.sqrt(normal() ** 2 + normal() ** 2 + normal() ** 2);
  },
  /** One in ten from a normal distribution five times as wide. */
  contaminated: (random: Draw) => {
    const normal = normalDraw(random);
    const unit = Math.sqrt(0.9 + 0.1 * 25);
    return () => ((random() < 0.1 ? 5 : 1) * normal()) / unit;
  },
  /** Exponential: most near the fastest, a long tail of slow ones. */
  skewed: (random: Draw) => () => -Math.log(1 - random()) - 1,
  /** Half of the processes in a slow mode. */
  'bimodal 50/50': (random: Draw) => twoModes(random, 0.5),
  /** One in five in a slow mode. */
  'bimodal 20/80': (random: Draw) => twoModes(random, 0.2),
} as const satisfies Record<string, (random: Draw) => Draw>;
export type SpreadName = keyof typeof spreads;

/**
 * Two levels, the slow one with this share, and a tenth of their distance as scatter within each.
 */
function twoModes(random: Draw, slowShare: number): Draw {
  const normal = normalDraw(random);
  const within = 0.1;
  const unit = Math.sqrt(slowShare * (1 - slowShare) + within * within);
  return () => ((random() < slowShare ? 1 : 0) - slowShare + within * normal()) / unit;
}

/** Draws of a shape from a seed. */
export function spreadDraw(name: SpreadName, seed: string): Draw {
  return spreads[name](seededRandom(seed));
}

/**
 * Iterations of one process in time order: AR(1) with coefficient `phi` (0: independent) around
 * `level`, with the relative standard deviation `cv`.
 */
export function iterations(
  random: Draw,
  { n, level, cv, phi = 0 }: { n: number; level: number; cv: number; phi?: number },
): Float64Array {
  const normal = normalDraw(random);
  const innovation = Math.sqrt(1 - phi * phi);
  let state = normal();
  return Float64Array.from({ length: n }, () => {
    const value = level * (1 + cv * state);
    state = phi * state + innovation * normal();
    return value;
  });
}
