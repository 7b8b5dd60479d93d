import type { Span } from '../../journal/edges.ts';
import type { BoardSample } from '../../journal/tele-data.ts';
import { overCurrentSince } from '../../telemetry/jetson-power.ts';
import type { Clock, JetsonState } from '../../telemetry/jetson-state.ts';
import type { BoardState } from '../result/board-result.ts';
import type { BoardSpan } from './throttling.ts';
import { throttling } from './throttling.ts';

/** Fans cool without slowing down; screens and radios are nobody's business here. */
const slowsDown = /cpu|gpu|devfreq|throttle|tegra|emc|processor/i;
const isFan = /fan/i;

/** Of every interval that any sample touches. */
function boardSpans(spans: readonly Span[], samples: readonly BoardSample[]): BoardSpan[] {
  return spans.flatMap(({ start, end }): BoardSpan[] => {
    const inside = samples.filter(({ t_ns }) => t_ns >= start.t_ns && t_ns <= end.t_ns);
    const before = samples.findLast(({ t_ns }) => t_ns <= start.t_ns) ?? inside[0];
    const after = samples.find(({ t_ns }) => t_ns >= end.t_ns) ?? inside.at(-1);
    if (before === undefined || after === undefined) return [];
    const seconds = (end.t_ns - start.t_ns) / 1e9;
    const states = inside.map(({ state }) => state);
    return [{ before: before.state, after: after.state, inside: states, seconds }];
  });
}

/**
 * What the board's own files said over these intervals; null where it said nothing of clocks, heat
 * or power.
 */
export function boardStateOver(
  spans: readonly Span[],
  samples: readonly BoardSample[],
): BoardState | null {
  const parts = boardSpans(spans, samples);
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined || isSilent(first.before)) return null;
  const states = parts.flatMap(({ before, inside, after }) => [before, ...inside, after]);
  const cooling = coolingOver(states);
  return {
    samples: parts.reduce((sum, { inside }) => sum + inside.length, 0),
    power_mode: last.after.powerMode,
    cpu_clock: clockOver(states, (state) => [...state.cpus.values()]),
    gpu_clock: clockOver(states, ({ gpu }) => (gpu === null ? [] : [gpu])),
    is_locked: {
      cpu: first.before.isPinned.cpu,
      gpu: first.before.isPinned.gpu,
    },
    temperatures: temperaturesOver(states, first.before, last.after),
    over_current: overCurrentOver(parts),
    cooling,
    throttling: throttling(parts, samples[0]?.state ?? first.before, cooling),
  };
}

function isSilent({ cpus, gpu, temperatures, rails, overCurrent }: JetsonState): boolean {
  const known = cpus.size + temperatures.length + rails.length + overCurrent.length;
  return known === 0 && gpu === null;
}

function clockOver(
  states: readonly JetsonState[],
  clocksOf: (state: JetsonState) => readonly Clock[],
): BoardState['cpu_clock'] {
  const clocks = states.flatMap(clocksOf);
  const [first] = clocks;
  if (first === undefined) return null;
  const values = (of: (clock: Clock) => number | null) =>
    clocks.flatMap((clock) => of(clock) ?? []);
  const current = values((clock) => clock.currentHz);
  return {
    current_hz: { min: least(current), max: greatest(current) },
    min_hz: least(values((clock) => clock.minHz)),
    max_hz: least(values((clock) => clock.maxHz)),
    governor: first.governor,
  };
}

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b));
}

function greatest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
}

function temperaturesOver(
  states: readonly JetsonState[],
  first: JetsonState,
  last: JetsonState,
): BoardState['temperatures'] {
  const of = (state: JetsonState, zone: string) =>
    state.temperatures.find((each) => each.zone === zone)?.celsius;
  return first.temperatures.map(({ zone, celsius }) => ({
    zone,
    start_c: celsius,
    end_c: of(last, zone) ?? celsius,
    max_c: greatest(states.flatMap((state) => of(state, zone) ?? [])) ?? celsius,
  }));
}

function overCurrentOver(parts: readonly BoardSpan[]): BoardState['over_current'] {
  const events = new Map<number, number>();
  for (const { before, after } of parts) {
    for (const [alarm, count] of overCurrentSince(before.overCurrent, after.overCurrent)) {
      events.set(alarm, (events.get(alarm) ?? 0) + count);
    }
  }
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
  return [...events].map(([alarm, count]) => ({ alarm, events: count, per_s: count / seconds }));
}

function coolingOver(states: readonly JetsonState[]): BoardState['cooling'] {
  const highest = new Map<string, number>();
  for (const { type, state } of states.flatMap(({ cooling }) => cooling)) {
    if (slowsDown.test(type) && !isFan.test(type)) {
      highest.set(type, Math.max(highest.get(type) ?? 0, state));
    }
  }
  return [...highest].map(([type, max_state]) => ({ type, max_state }));
}
