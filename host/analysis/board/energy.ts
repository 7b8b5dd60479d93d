import { itemsPerIteration, type Plan } from '../../../agent/contract/plan.ts';
import { processInterval } from '../../../agent/contract/statistics/between-processes.ts';
import { median } from '../../../agent/contract/statistics/quantile.ts';
import type { Span } from '../../journal/edges.ts';
import type { BoardSample, TeleData } from '../../journal/tele-data.ts';
import { modulePower } from '../../telemetry/jetson-power.ts';
import type { JetsonState } from '../../telemetry/jetson-state.ts';
import type { CellAnalysis } from '../analyse-cell.ts';
import type { ProcessAnalysis } from '../analyse-process.ts';
import type { Energy } from '../result/board-result.ts';

/** Fewer samples inside an interval say too little of its power. */
const MIN_SAMPLES = 10;
const MIN_IDLE_SAMPLES = 3;
/**
 * The sensors average over a part of a second: the ends of a steady part hold what was before and
 * after it.
 */
const TRIM_NS = 1e9;
/** A gap this many times the usual one is missing data, not a slow timer. */
const MAX_GAP = 2.5;

interface PowerSample {
  readonly t_ns: number;
  readonly mW: number;
}

interface ProcessEnergy {
  readonly joules: number;
  readonly items: number;
  readonly seconds: number;
  readonly samples: number;
}

/**
 * Energy of one item: the trapezoid sum of the module's power over the steady part of each process
 * less a second at each end, over the items computed meanwhile. Null on a board without power
 * sensors.
 */
export function energyOf(
  { cell, counted }: CellAnalysis,
  tele: TeleData,
  plan: Plan,
): Energy | null {
  const rails = tele.board[0]?.state.rails ?? [];
  const rail = modulePower(rails)?.of ?? null;
  if (rail === null) return null;
  const power = powerSamples(tele.board);
  const perIteration = itemsPerIteration(cell);
  const spent = counted.flatMap((process) => processEnergy(process, power, perIteration) ?? []);
  const perItem = spent.map(({ joules, items }) => joules / items);
  const found = processInterval(perItem);
  const seconds = sum(spent.map((each) => each.seconds));
  const joules = sum(spent.map((each) => each.joules));
  const mean_w = seconds > 0 ? joules / seconds : null;
  const idle_w = idlePower(tele.idle, power);
  const items = sum(spent.map((each) => each.items));
  const none = items === 0;
  return {
    rail,
    per_item_j: found?.estimate ?? perItem[0] ?? null,
    lo_j: found?.lo ?? null,
    hi_j: found?.hi ?? null,
    net_per_item_j: none || idle_w === null ? null : (joules - idle_w * seconds) / items,
    mean_w,
    idle_w,
    samples: sum(spent.map((each) => each.samples)),
    processes: spent.length,
    rails: meanRails(counted, tele.board),
    note: railNote(rail, rails),
    reason: none ? tooFewSamples(plan) : null,
  };
}

/** The remedy names what is not done yet. */
function tooFewSamples({ telemetry, effort }: Plan): string {
  const remedies = [
    ...(telemetry === 'full' ? [] : ['take --telemetry full']),
    ...(effort.name === 'quick' ? ['leave out --quick'] : []),
  ];
  const remedy = remedies.length === 0 ? 'take --thorough' : remedies.join(' and ');
  return `too few power samples: no process has ${MIN_SAMPLES} of them without a gap in its steady part, a second at each end left out; ${remedy}`;
}

function powerSamples(board: readonly BoardSample[]): PowerSample[] {
  return board.flatMap(({ t_ns, state }) => {
    const power = modulePower(state.rails);
    return power === null ? [] : [{ t_ns, mW: power.mW }];
  });
}

function processEnergy(
  process: ProcessAnalysis,
  power: readonly PowerSample[],
  perIteration: number,
): ProcessEnergy | null {
  const { steadyStart_ns, steady_ns } = process;
  const from = (steadyStart_ns[0] ?? 0) + TRIM_NS;
  const to = (steadyStart_ns.at(-1) ?? 0) + (steady_ns.at(-1) ?? 0) - TRIM_NS;
  const inside = power.filter(({ t_ns }) => t_ns >= from && t_ns <= to);
  if (inside.length < MIN_SAMPLES) return null;
  const before = power.findLast(({ t_ns }) => t_ns < from);
  const after = power.find(({ t_ns }) => t_ns > to);
  const joules = integral(
    [...(before ? [before] : []), ...inside, ...(after ? [after] : [])],
    from,
    to,
  );
  if (joules === null) return null;
  let iterations = 0;
  steady_ns.forEach((duration, index) => {
    const start = steadyStart_ns[index] ?? 0;
    const overlap = Math.min(to, start + duration) - Math.max(from, start);
    if (overlap > 0 && duration > 0) iterations += overlap / duration;
  });
  const items = iterations * perIteration;
  if (items === 0) return null;
  return { joules, items, seconds: (to - from) / 1e9, samples: inside.length };
}

/**
 * Joules between two moments by the trapezoid rule, with the power at both ends interpolated; null
 * when samples are missing in between, or at an end.
 */
export function integral(
  power: readonly PowerSample[],
  from_ns: number,
  to_ns: number,
): number | null {
  const gaps = power.slice(1).map((sample, at) => sample.t_ns - (power[at]?.t_ns ?? 0));
  if (gaps.length === 0) return null;
  const usual = median(gaps);
  const isCovered =
    (power[0]?.t_ns ?? Infinity) <= from_ns && (power.at(-1)?.t_ns ?? -Infinity) >= to_ns;
  if (!isCovered || gaps.some((gap) => gap > MAX_GAP * usual)) return null;
  let joules = 0;
  power.slice(1).forEach((b, index) => {
    const a = power[index] ?? b;
    const start = Math.max(a.t_ns, from_ns);
    const end = Math.min(b.t_ns, to_ns);
    if (end <= start) return;
    const at = (t_ns: number) => a.mW + ((b.mW - a.mW) * (t_ns - a.t_ns)) / (b.t_ns - a.t_ns);
    joules += (((at(start) + at(end)) / 2 / 1000) * (end - start)) / 1e9;
  });
  return joules;
}

function idlePower(idle: readonly Span[], power: readonly PowerSample[]): number | null {
  const inside = power.filter(({ t_ns }) =>
    idle.some(({ start, end }) => t_ns >= start.t_ns && t_ns <= end.t_ns),
  );
  if (inside.length < MIN_IDLE_SAMPLES) return null;
  return sum(inside.map(({ mW }) => mW)) / inside.length / 1000;
}

function meanRails(
  counted: readonly ProcessAnalysis[],
  board: readonly BoardSample[],
): Energy['rails'] {
  const ranges = counted.map(({ steadyStart_ns, steady_ns }) => ({
    from: steadyStart_ns[0] ?? Infinity,
    to: (steadyStart_ns.at(-1) ?? 0) + (steady_ns.at(-1) ?? 0),
  }));
  const states: JetsonState[] = board
    .filter(({ t_ns }) => ranges.some(({ from, to }) => t_ns >= from && t_ns <= to))
    .map(({ state }) => state);
  const values = new Map<string, number[]>();
  for (const { name, mW } of states.flatMap(({ rails }) => rails)) {
    values.set(name, [...(values.get(name) ?? []), mW]);
  }
  return [...values].map(([name, mW]) => ({ name, mean_w: sum(mW) / mW.length / 1000 }));
}

const moduleNote =
  'the whole module with its memory; carrier board, disk, USB and fan may be outside, and the parts do not add up to it';

function railNote(rail: string, rails: JetsonState['rails']): string {
  const joint = rails.find(({ name }) => /CPU_GPU/.test(name));
  const what =
    rail === 'sum of rails'
      ? `no sensor measures the whole module: ${rails.map(({ name }) => name).join(' + ')}, which may overlap or leave something out`
      : `${rail}: ${moduleNote}`;
  return joint
    ? `${what}; ${joint.name} is CPU, GPU and accelerators on one rail: they cannot be told apart`
    : what;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
