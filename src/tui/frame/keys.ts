import type { Action, Binding, Place } from './binding.ts';
import { fleetBindings } from './fleet-bindings.ts';

export type { Action, Place } from './binding.ts';

const lists: readonly Place[] = ['home', 'plan', 'fleet', 'results', 'detail', 'compare'];
const everywhere: readonly Place[] = [...lists, 'live', 'board'];
/** Where texts and lists are longer than a screen. */
const long: readonly Place[] = ['fleet', 'results', 'detail', 'compare'];

/** All keys, declared once: footers, help and the README's table are made from this. */
export const bindings: readonly Binding[] = [
  { action: 'up', keys: ['up', 'k'], shown: '↑ k', does: 'up one line', places: everywhere },
  { action: 'down', keys: ['down', 'j'], shown: '↓ j', does: 'down one line', places: everywhere },
  { action: 'page-up', keys: ['pageup'], shown: 'PgUp', does: 'up one page', places: long },
  { action: 'page-down', keys: ['pagedown'], shown: 'PgDn', does: 'down one page', places: long },
  { action: 'first', keys: ['home', 'g'], shown: 'Home g', does: 'to the beginning', places: long },
  { action: 'last', keys: ['end', 'G'], shown: 'End G', does: 'to the end', places: long },
  { action: 'left', keys: ['left'], shown: '←', does: 'the choice before', places: ['plan'] },
  { action: 'right', keys: ['right'], shown: '→', does: 'the next choice', places: ['plan'] },
  {
    action: 'open',
    keys: ['enter'],
    shown: 'Enter',
    word: 'choose',
    does: 'choose, and go on to the next step; from the plan: measure',
    places: ['home'],
  },
  {
    action: 'open',
    keys: ['enter'],
    shown: 'Enter',
    word: 'measure',
    does: 'begin the benchmark',
    places: ['plan'],
  },
  {
    action: 'open',
    keys: ['enter'],
    shown: 'Enter',
    word: 'open',
    does: 'open the run',
    places: ['results'],
  },
  {
    action: 'next',
    keys: ['tab'],
    shown: 'Tab',
    word: 'next pane',
    does: 'the next pane',
    places: ['home', 'plan', 'live', 'detail'],
  },
  {
    action: 'previous',
    keys: ['shift-tab'],
    shown: 'Shift-Tab',
    does: 'the pane before',
    places: ['home', 'plan', 'live', 'detail'],
  },
  {
    action: 'pause',
    keys: ['space'],
    shown: 'Space',
    word: 'pause',
    does: 'hold the view still; the run goes on',
    places: ['live', 'board'],
  },
  {
    action: 'wider',
    keys: ['-'],
    shown: '-',
    does: 'a longer time in the chart',
    places: ['live', 'board'],
  },
  {
    action: 'narrower',
    keys: ['+', '='],
    shown: '+',
    does: 'a shorter time in the chart',
    places: ['live', 'board'],
  },
  {
    action: 'metrics',
    keys: ['m'],
    shown: 'm',
    word: 'mpstat',
    does: 'all of mpstat -A: every CPU, every source of interrupts and softirqs; again: the run',
    places: ['live', 'board'],
  },
  {
    action: 'stop',
    keys: ['s'],
    shown: 's',
    word: 'stop',
    does: 'stop the run; what was measured is kept (asks first)',
    places: ['live'],
  },
  ...fleetBindings,
  {
    action: 'check',
    keys: ['c'],
    shown: 'c',
    word: 'look',
    does: 'connect to the board once and look what it is and which runs it holds; asks nothing',
    places: ['home'],
  },
  {
    action: 'attach',
    keys: ['a'],
    shown: 'a',
    word: 'attach',
    does: 'follow the run that is on the board, or collect it',
    places: ['home'],
  },
  {
    action: 'results',
    keys: ['r'],
    shown: 'r',
    word: 'results',
    does: 'what was measured before',
    places: ['home', 'plan'],
  },
  {
    action: 'filter',
    keys: ['/'],
    shown: '/',
    word: 'filter',
    does: 'keep the lines that have every word; `!word` keeps those without it',
    places: ['results'],
  },
  {
    action: 'mark',
    keys: ['space'],
    shown: 'Space',
    word: 'mark',
    does: 'mark a run for comparing; the first is the baseline',
    places: ['results'],
  },
  {
    action: 'compare',
    keys: ['c'],
    shown: 'c',
    word: 'compare',
    does: 'compare the marked runs; a run alone, with its lasting baseline',
    places: ['results', 'detail'],
  },
  {
    action: 'export',
    keys: ['e'],
    shown: 'e',
    word: 'export',
    does: 'write the run as a page (HTML), Markdown, CSV, JSON or Parquet',
    places: ['results', 'detail'],
  },
  {
    action: 'note',
    keys: ['n'],
    shown: 'n',
    word: 'note',
    does: 'write a note beside the run',
    places: ['results', 'detail'],
  },
  {
    action: 'baseline',
    keys: ['b'],
    shown: 'b',
    word: 'baseline',
    does: 'hold later runs of this board and model against this one, or no longer',
    places: ['results', 'detail'],
  },
  {
    action: 'back',
    keys: ['escape'],
    shown: 'Esc',
    word: 'back',
    does: 'one step back; never quits',
    places: ['home', 'plan', 'board', 'results', 'detail', 'compare', 'help'],
  },
  {
    action: 'back',
    keys: ['escape'],
    shown: 'Esc',
    does: 'from mpstat back to the run',
    places: ['live'],
  },
  { action: 'help', keys: ['?'], shown: '?', word: 'keys', does: 'the keys', places: everywhere },
  {
    action: 'quit',
    keys: ['q'],
    shown: 'q',
    word: 'quit',
    does: 'quit; while a run goes on, asks whether to stop it or to leave it going',
    places: everywhere,
  },
];

/** What this key asks for here, or null. */
export function actionOf(place: Place, press: string): Action | null {
  const found = bindings.find(
    (binding) => binding.places.includes(place) && binding.keys.includes(press),
  );
  return found?.action ?? null;
}

/** The keys of a place that have a word, as pairs for its footer. */
export function footerOf(place: Place): readonly (readonly [shown: string, word: string])[] {
  return bindings.flatMap(({ places, shown, word }) =>
    word !== undefined && places.includes(place) ? [[shown, word] as const] : [],
  );
}

/** All keys of a place and what they do. */
export function helpOf(place: Place): readonly (readonly [shown: string, does: string])[] {
  const own = bindings.filter(({ places }) => places.includes(place));
  return [
    ...own.map(({ shown, does }) => [shown, does] as const),
    ['Ctrl-C', 'stop the run and keep what was measured; again: leave now'],
    ['Ctrl-Z', 'suspend; fg comes back'],
  ];
}

const placeNames: Readonly<Partial<Record<Place, string>>> = {
  home: 'home',
  plan: 'plan',
  live: 'live',
  fleet: 'fleet',
  board: 'a board of a fleet',
  results: 'results',
  detail: 'run',
  compare: 'compare',
};

/** The README's table of keys. @internal for tests */
export function keyTable(): string {
  const rows = bindings.map(({ shown, does, places }) => {
    const where = places.flatMap((place) => placeNames[place] ?? []);
    const isEverywhere = everywhere.every((place) => places.includes(place));
    return `| ${shown} | ${does} | ${isEverywhere ? 'everywhere' : where.join(', ')} |`;
  });
  return ['| key | does | where |', '|---|---|---|', ...rows].join('\n');
}
