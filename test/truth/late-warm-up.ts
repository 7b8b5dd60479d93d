import type { Cell, Effort } from '../../agent/contract/plan.ts';
import { median } from '../../agent/contract/statistics/quantile.ts';
import { settledAfterMs } from '../../agent/contract/statistics/settling.ts';
import { WarmUpDetector } from '../../agent/contract/statistics/warm-up.ts';
import { Pilots } from '../../agent/supervise/pilots.ts';
import { processLimits, StopRule } from '../../agent/work/stop-rule.ts';
import { seededRandom } from '../../host/analysis/statistics/seeded-random.ts';
import { steadyState } from '../../host/analysis/statistics/steady-state.ts';
import { effortFrom } from '../../host/plan/effort.ts';
import { plainCell } from '../support/cells.ts';
import { iterations } from './support/noise.ts';
import { type Finding, Share, type Study } from './support/study.ts';

const FLUSH_NS = 250e6;
const cell: Cell = plainCell('a', 'model');

/** A model of `ms` milliseconds (1 % between iterations) that is slower at first. */
interface Slow {
  readonly ms: number;
  readonly by: number;
  readonly untilS: number;
}

/** What a cell comes to whose processes begin slow: its pilot and the process after it. */
export const lateWarmUps: Study = {
  title:
    'processes that are slower at first: their class, and how far their median is off the last level',
  trials: 8,
  findings: (trials) =>
    (['quick', 'default', 'thorough'] as const).flatMap((preset) =>
      [1, 20].flatMap((ms) =>
        [
          { by: 0, untilS: 0 },
          { by: 0.05, untilS: 1.5 },
          { by: 0.05, untilS: 4 },
        ].map((slow) => finding(preset, { ms, ...slow }, trials)),
      ),
    ),
};

function finding(preset: 'quick' | 'default' | 'thorough', slow: Slow, trials: number): Finding {
  const effort = effortFrom({ preset });
  const of = `${preset}, ${slow.ms} ms, +${100 * slow.by} % until ${slow.untilS} s`;
  const random = seededRandom(of);
  const right = new Share();
  const unsteady = new Share();
  const seconds = { pilot: 0, later: 0 };
  for (let trial = 0; trial < trials; trial += 1) {
    const pilots = new Pilots(effort);
    const pilot = simulate(slow, effort, pilots.leastMs(cell), random);
    pilots.settled(cell, settledAfterMs(pilot.durations_ns));
    const later = simulate(slow, effort, pilots.leastMs(cell), random);
    for (const each of [pilot, later]) {
      right.add(Math.abs(each.median_ns / (slow.ms * 1e6) - 1) < 0.005);
      unsteady.add(each.isUnsteady);
    }
    seconds.pilot += pilot.seconds / trials;
    seconds.later += later.seconds / trials;
  }
  return {
    of,
    figures: {
      'within 0.5 %': right,
      'no steady state': unsteady,
      'first lasts': `${seconds.pilot.toFixed(1)} s`,
      'later last': `${seconds.later.toFixed(1)} s`,
    },
  };
}

/**
 * One process as the worker runs it: warm-up until settled, then the steady part until the stop
 * rule is content.
 */
function simulate(slow: Slow, effort: Effort, leastMs: number, random: () => number) {
  const limits = processLimits(cell, effort, leastMs);
  const most = Math.ceil(limits.budgetMs / slow.ms) + 1;
  const durations_ns = iterations(random, { n: most, level: slow.ms * 1e6, cv: 0.01 });
  const detector = new WarmUpDetector(limits.warmUp);
  let rule: StopRule | null = null;
  let liveCut = 0;
  let elapsed_ns = 0;
  let asked_ns = 0;
  for (let i = 0; i < most; i += 1) {
    const isSlow = elapsed_ns < slow.untilS * 1e9;
    const duration_ns = (durations_ns[i] ?? 0) * (isSlow ? 1 + slow.by : 1);
    durations_ns[i] = duration_ns;
    elapsed_ns += duration_ns;
    if (rule === null) {
      if (!detector.add(duration_ns, elapsed_ns)) continue;
      rule = new StopRule(limits, elapsed_ns);
      liveCut = i + 1;
      continue;
    }
    const isDue = i + 1 - liveCut >= rule.nextCheck || elapsed_ns - asked_ns >= FLUSH_NS;
    if (!isDue) continue;
    asked_ns = elapsed_ns;
    if (rule.decide(durations_ns.subarray(liveCut, i + 1), elapsed_ns) !== null) {
      return ended(durations_ns.slice(0, i + 1), liveCut, elapsed_ns);
    }
  }
  return ended(durations_ns, liveCut, elapsed_ns);
}

function ended(durations_ns: Float64Array, liveCut: number, elapsed_ns: number) {
  const state = steadyState(durations_ns, liveCut);
  return {
    durations_ns,
    median_ns: median(durations_ns.subarray(state.start)),
    isUnsteady: state.class === 'no-steady-state',
    seconds: elapsed_ns / 1e9,
  };
}
