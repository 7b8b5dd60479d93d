import { type BoardPhase, type BoardState, isSettled } from '../../../host/fleet/board-state.ts';
import type { LaneLimits } from '../../../host/fleet/fleet-lanes.ts';
import { etaText, shareDone } from '../../report/progress/fleet-view.ts';
import { bar, clip, rule, spread, widthOf } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { counted } from '../../words/quantities.ts';
import { inPhase, percent, phaseMark } from './board-words.ts';
import type { FleetLayout } from './fleet-layout.ts';
import { clock, type GridCell, type GridPicture } from './grid-picture.ts';

interface Look {
  readonly theme: Theme;
  readonly nowMs: number;
  readonly columns: number;
}

/** What is measured on how many boards, for how long, and how long it takes. */
export function titleLine(picture: GridPicture, { theme, nowMs, columns }: Look): string {
  const { boards, title, beganMs } = picture;
  const plans = [...new Set(boards.flatMap((board) => board.title ?? []))];
  const count = counted(boards.length, 'board');
  const what = [
    theme.title(title),
    title === count ? '' : count,
    plans.length > 1 ? `${plans[0]} and ${counted(plans.length - 1, 'other plan')}` : plans[0],
  ];
  const states = boards.map(({ state }) => state);
  const eta = states.every(isSettled) ? ` ${theme.glyphs.dot} all settled` : etaText(states);
  const left = what.filter(Boolean).join(` ${theme.glyphs.dot} `);
  return spread(` ${left}`, `${clock(nowMs - beganMs)} elapsed${eta} `, columns, theme);
}

const BAR = 12;

interface Count {
  readonly phase: BoardPhase;
  readonly text: string;
}

/**
 * How many boards stand where, in marks and words, and how far all of them are; always over all
 * boards.
 */
export function countsLine({ boards, lanes }: GridPicture, { theme, columns }: Look): string {
  const states = boards.map(({ state }) => state);
  const share = states.reduce((sum, state) => sum + shareDone(state), 0) / states.length;
  const done = `${percent(share)} %`;
  const counts = countsOf(states);
  const texts = (gap: string, textOf: (count: (typeof counts)[number]) => string) =>
    ` ${joined(
      counts.map((each) => ({ phase: each.phase, text: textOf(each) })),
      gap,
      theme,
    )}`;
  const full = texts('   ', (each) => `${laneText(each, lanes)} ${each.word}`);
  const tight = texts('  ', ({ count, word }) => `${count} ${word}`);
  const marks = texts(' ', ({ count }) => String(count));
  const withBar = `${bar(share, BAR, theme)} ${done} `;
  const ways = [
    [full, withBar],
    [tight, withBar],
    [tight, `${done} `],
    [tight, ''],
    [marks, `${done} `],
  ] as const;
  const fitting = ways.find(([left, right]) => widthOf(left) + widthOf(right) + 2 <= columns);
  const [left, right] = fitting ?? [marks, ''];
  return right === '' ? clip(left, columns, theme) : spread(left, right, columns, theme);
}

function joined(counts: readonly Count[], gap: string, theme: Theme): string {
  return counts
    .map(({ phase, text }) => `${phaseMark(phase, theme)} ${inPhase(phase, text, theme)}`)
    .join(gap);
}

/**
 * Words that people count boards by, in the order of a board's life; waiting is waiting, whatever
 * for.
 */
const countedAs: readonly (readonly [
  word: string,
  phases: readonly [BoardPhase, ...BoardPhase[]],
])[] = [
  ['done', ['done']],
  ['measuring', ['measuring', 'saving']],
  ['pushing', ['pushing']],
  ['preparing', ['preparing']],
  ['connecting', ['connecting']],
  ['waiting', ['waiting', 'queued']],
  ['left running', ['left']],
  ['cancelled', ['cancelled']],
  ['failed', ['failed']],
  ['no answer', ['unreachable']],
];

function countsOf(states: readonly BoardState[]) {
  return countedAs
    .map(([word, phases]) => ({
      word,
      phase: phases[0],
      count: states.filter(({ phase }) => phases.includes(phase)).length,
    }))
    .filter(({ count }) => count > 0);
}

/** `4/4`: of a lane that lets so many boards through at once, how many are in it. */
function laneText(
  { phase, count }: { readonly phase: BoardPhase; readonly count: number },
  { connects, pushes, runs }: LaneLimits,
): string {
  const limits: Partial<Record<BoardPhase, number>> = {
    connecting: connects,
    pushing: pushes,
    measuring: runs,
  };
  const limit = limits[phase] ?? Number.POSITIVE_INFINITY;
  return Number.isFinite(limit) && count <= limit ? `${count}/${limit}` : String(count);
}

/**
 * What stands in the grid, in which order, and which part of it is shown; while a filter is typed,
 * the filter.
 */
export function gridRule(
  picture: GridPicture,
  window: { readonly from: number; readonly to: number },
  layout: FleetLayout,
  cell: GridCell,
  { theme, columns }: Look,
): string {
  const { choices, shown, boards } = picture;
  const { glyphs } = theme;
  const isPart = shown.length < boards.length;
  const all = isPart ? `${shown.length} of ${boards.length}` : `${boards.length}`;
  const range =
    window.to - window.from < shown.length ? `${window.from + 1}-${window.to} of ${all}` : all;
  const filter =
    choices.isFiltering || choices.filter !== ''
      ? `${theme.note(`/ ${choices.filter}`)}${choices.isFiltering ? glyphs.caret : ''}`
      : '';
  const turned = choices.isReversed ? ', reversed' : '';
  const parts = [filter, range, figureText(layout, cell, columns), `by ${choices.order}${turned}`];
  const title = parts.filter((part) => part !== '').join(theme.dim(` ${glyphs.dot} `));
  return rule(title, columns, theme);
}

function figureText(
  { density }: FleetLayout,
  { key, all, kinds, unit, label }: GridCell,
  columns: number,
): string {
  if (key === null) return '';
  const which = all.length > 1 ? ` of ${label(key)}` : '';
  if (density !== 'tiles') return `median${which}`;
  const distance =
    kinds.size > 0
      ? columns >= 100
        ? ' and distance from boards of its kind'
        : ', of its kind'
      : '';
  return `median${which} in ${unit.name}${distance}`;
}
