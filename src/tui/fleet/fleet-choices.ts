import { actionOf } from '../frame/keys.ts';
import type { Press } from '../frame/press.ts';
import { type BoardOrder, boardOrders } from './fleet-model.ts';

const gridDensities = ['cards', 'table', 'tiles'] as const;
export type GridDensity = (typeof gridDensities)[number];

/** What the person chose to look at; the rest is the fleet run's. */
export interface FleetChoices {
  readonly order: BoardOrder;
  readonly isReversed: boolean;
  /** Null leaves it to the room that there is. */
  readonly density: GridDensity | null;
  readonly filter: string;
  readonly isFiltering: boolean;
  /** The selected board: the pointer stays on it when the order changes. */
  readonly at: string | null;
  /** Of the cells whose medians can be shown. */
  readonly cell: number;
  /** Why the last key did nothing, or what was said to everybody; until the next key. */
  readonly problem: string | null;
}

/** With few boards nothing moves; of many, those that need somebody come first. */
const MANY = 20;

export function initialChoices(names: readonly string[]): FleetChoices {
  return {
    order: names.length > MANY ? 'state' : 'name',
    isReversed: false,
    density: null,
    filter: '',
    isFiltering: false,
    at: null,
    cell: 0,
    problem: null,
  };
}

/** What is shown when a key is pressed: boards in their order, and how far the arrows go. */
export interface Shown {
  readonly names: readonly string[];
  readonly density: GridDensity;
  readonly cells: number;
  /**
   * Boards passed by an arrow down and by an arrow to the right; zero where there is nothing
   * beside.
   */
  readonly down: number;
  readonly right: number;
  readonly page: number;
}

export type FleetEffect = 'open' | 'stop' | 'retry' | 'retry-all' | 'quit';

export interface Pressed {
  readonly choices: FleetChoices;
  readonly effect?: FleetEffect;
}

/** The choices after a press, and what it asks of the fleet run. */
export function pressFleet(before: FleetChoices, press: Press, shown: Shown): Pressed {
  const choices = { ...before, problem: null };
  if (choices.isFiltering) return { choices: typeFilter(choices, press, shown) };
  const moved = move(choices, press, shown);
  if (moved !== null) return { choices: moved };
  const action = actionOf('fleet', press.name);
  switch (action) {
    case 'open':
    case 'stop':
    case 'retry':
      return choices.at === null && shown.names.length === 0
        ? { choices: { ...choices, problem: 'no board fits the filter; Esc clears it' } }
        : { choices, effect: action };
    case 'retry-all':
    case 'quit':
      return { choices, effect: action };
    case 'filter':
      return { choices: { ...choices, isFiltering: true } };
    case 'order':
      return { choices: { ...choices, order: next(boardOrders, choices.order) } };
    case 'reverse':
      return { choices: { ...choices, isReversed: !choices.isReversed } };
    case 'view':
      return { choices: { ...choices, density: next(gridDensities, shown.density) } };
    case 'cell':
      return { choices: nextCell(choices, shown) };
    case 'back':
      return { choices: clearFilter(choices) };
    default:
      return { choices };
  }
}

function next<T>(all: readonly T[], now: T): T {
  return all[(all.indexOf(now) + 1) % all.length] ?? now;
}

function nextCell(choices: FleetChoices, { cells }: Shown): FleetChoices {
  if (cells > 1) return { ...choices, cell: (choices.cell + 1) % cells };
  const problem = cells === 0 ? 'no board has a plan yet' : 'the plan has one cell';
  return { ...choices, problem };
}

function clearFilter(choices: FleetChoices): FleetChoices {
  if (choices.filter !== '') return { ...choices, filter: '' };
  return { ...choices, problem: 'this is the first screen; q ends' };
}

/** Null where the key is none that moves. */
function move(choices: FleetChoices, press: Press, shown: Shown): FleetChoices | null {
  const { names, down, right, page } = shown;
  const steps: Partial<Record<string, number>> = {
    up: -down,
    down,
    left: -right,
    right,
    'page-up': -page,
    'page-down': page,
    first: -names.length,
    last: names.length,
  };
  const by = steps[actionOf('fleet', press.name) ?? ''];
  if (by === undefined) return null;
  const from = Math.max(0, choices.at === null ? 0 : names.indexOf(choices.at));
  const to = Math.min(names.length - 1, Math.max(0, from + by));
  return { ...choices, at: names[to] ?? choices.at };
}

function typeFilter(choices: FleetChoices, press: Press, shown: Shown): FleetChoices {
  switch (press.name) {
    case 'enter':
      return { ...choices, isFiltering: false };
    case 'escape':
      return { ...choices, isFiltering: false, filter: '' };
    case 'backspace':
      return { ...choices, filter: [...choices.filter].slice(0, -1).join('') };
    case 'up':
    case 'down':
      return move(choices, press, shown) ?? choices;
    default:
      return press.text === null ? choices : { ...choices, filter: choices.filter + press.text };
  }
}
