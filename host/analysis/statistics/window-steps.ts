/** A series of windows of each process, and what is left of it to be tested. */
export interface Steps {
  /**
   * By process: steps from window to window, without what all processes have in common and without
   * their mean.
   */
  readonly own: readonly Float64Array[];
  /**
   * The same with the variance that taking the common part away has cost it: what is drawn from for
   * a permutation.
   */
  readonly drawn: readonly Float64Array[];
}

/** Rates of nothing have no logarithm: this share of a process' mean is added to each. */
const FLOOR = 0.1;

/**
 * Steps of the logarithm. Two series that both drift are correlated whether or not they have to do
 * with each other (Yule 1926; Granger and Newbold 1974): their steps are not. The logarithm makes
 * the scatter of a rate that falls as large as before.
 */
export function logarithmicSteps(series: readonly (readonly number[])[]): Steps {
  return withoutCommon(
    series.map((values) => {
      const floor = FLOOR * meanOf(values);
      return floor > 0 ? stepsOf(values.map((value) => Math.log(value + floor))) : stepsOf(values);
    }),
  );
}

/** Steps of the values themselves: what a coefficient is told from. */
export function plainSteps(series: readonly (readonly number[])[]): Steps {
  return withoutCommon(series.map((values) => stepsOf(values)));
}

function stepsOf(values: readonly number[]): Float64Array {
  return Float64Array.from(values.slice(1), (value, at) => value - (values[at] ?? 0));
}

/**
 * Takes from each step the mean of that step over all processes: what follows from the time since a
 * process began, as heat does, is no effect of a source. With n processes the rest has 1 - 1/n of
 * the variance, which `drawn` gets back.
 */
function withoutCommon(series: readonly Float64Array[]): Steps {
  const length = series.reduce((most, values) => Math.max(most, values.length), 0);
  const common = new Float64Array(length);
  const scale = new Float64Array(length).fill(1);
  for (let at = 0; at < length; at += 1) {
    const present = series.flatMap((values) => values[at] ?? []);
    if (present.length < 2) continue;
    common[at] = meanOf(present);
    scale[at] = Math.sqrt(present.length / (present.length - 1));
  }
  const own = series.map((values) => centred(values.map((value, at) => value - (common[at] ?? 0))));
  return { own, drawn: own.map((values) => values.map((value, at) => value * (scale[at] ?? 1))) };
}

function centred(values: Float64Array): Float64Array {
  const mean = meanOf(values);
  return values.map((value) => value - mean);
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] ?? 0;
  return values.length === 0 ? 0 : sum / values.length;
}
