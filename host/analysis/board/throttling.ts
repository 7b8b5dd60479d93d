import { overCurrentSince } from '../../telemetry/jetson-power.ts';
import type { JetsonState } from '../../telemetry/jetson-state.ts';
import type { BoardState } from '../result/board-result.ts';

/** The states during one interval, with the last one before and the first one after it. */
export interface BoardSpan {
  readonly before: JetsonState;
  readonly after: JetsonState;
  readonly inside: readonly JetsonState[];
  readonly seconds: number;
}

/** A clock this far below its own floor was slowed down behind the governor's back. */
const BELOW_FLOOR = 0.98;
/**
 * On Orin, number 3 is instantaneous power: NVIDIA expects it, each event lasts about a
 * millisecond.
 */
const ORIN_EXPECTED_ALARM = 3;
const orinAlarms: Readonly<Record<number, string>> = {
  1: 'under-voltage',
  2: 'mean power',
  3: 'instantaneous power',
};

/**
 * What shows that the board slowed itself down during these intervals, strongest first:
 * over-current events, heat at the point where it begins to slow down, cooling by slower clocks,
 * power above a rail's limit, a cap of the clocks that fell since `atStart`, clocks below where
 * they are locked. Empty when nothing does.
 */
export function throttling(
  parts: readonly BoardSpan[],
  atStart: JetsonState,
  cooling: BoardState['cooling'],
): string[] {
  const states = parts.flatMap(({ before, inside, after }) => [before, ...inside, after]);
  return [
    ...overCurrent(parts, atStart),
    ...heat(states),
    ...cooling
      .filter(({ max_state }) => max_state > 0)
      .map(({ type, max_state }) => `the board cooled itself by ${type} (state ${max_state})`),
    ...limits(states),
    ...fallenCaps(states, atStart),
    ...belowFloor(states),
  ];
}

function overCurrent(parts: readonly BoardSpan[], { model }: JetsonState): string[] {
  const isOrin = /orin/i.test(model ?? '');
  const totals = new Map<number, number>();
  for (const { before, after } of parts) {
    for (const [alarm, events] of overCurrentSince(before.overCurrent, after.overCurrent)) {
      totals.set(alarm, (totals.get(alarm) ?? 0) + events);
    }
  }
  return [...totals].flatMap(([alarm, events]) => {
    if (events === 0 || (isOrin && alarm === ORIN_EXPECTED_ALARM)) return [];
    const meaning = isOrin && orinAlarms[alarm] ? ` (${orinAlarms[alarm]})` : '';
    return [`over-current counter oc${alarm}${meaning} rose by ${events}`];
  });
}

function heat(states: readonly JetsonState[]): string[] {
  const hot = new Map<string, string>();
  for (const { zone, celsius, passiveC } of states.flatMap(({ temperatures }) => temperatures)) {
    if (passiveC !== null && celsius >= passiveC) {
      hot.set(zone, `${zone} reached ${celsius} °C, it slows down from ${passiveC} °C on`);
    }
  }
  return [...hot.values()];
}

function limits(states: readonly JetsonState[]): string[] {
  const alarmed = states.flatMap(({ rails }) => rails.filter(({ isAlarmed }) => isAlarmed));
  return [...new Set(alarmed.map(({ name }) => `${name} was above its limit of current`))];
}

function fallenCaps(states: readonly JetsonState[], atStart: JetsonState): string[] {
  for (const state of states) {
    for (const [cpu, { maxHz }] of state.cpus) {
      const before = atStart.cpus.get(cpu)?.maxHz ?? null;
      if (before !== null && maxHz !== null && maxHz < before) {
        return [`the cap of cpu${cpu}'s clock fell from ${mega(before)} to ${mega(maxHz)}`];
      }
    }
  }
  return [];
}

function belowFloor(states: readonly JetsonState[]): string[] {
  for (const { isPinned, cpus } of states) {
    if (isPinned.cpu !== true) continue;
    for (const [cpu, { currentHz, minHz }] of cpus) {
      if (currentHz !== null && minHz !== null && currentHz < BELOW_FLOOR * minHz) {
        return [`cpu${cpu} ran at ${mega(currentHz)}, below the ${mega(minHz)} it is locked at`];
      }
    }
  }
  return [];
}

function mega(hz: number): string {
  return `${Math.round(hz / 1e6)} MHz`;
}
