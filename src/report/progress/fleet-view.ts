import { type BoardPhase, type BoardState, isSettled } from '../../../host/fleet/board-state.ts';
import { remaining } from '../../../host/journal/remaining.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { bar, plainText } from '../../terminal/text.ts';
import { themeFor } from '../../terminal/theme.ts';
import { counted, formatElapsed } from '../../words/quantities.ts';

const BAR_CELLS = 24;
const SHOWN_FAILURES = 3;

/** What is drawn of a fleet run. */
export interface FleetPicture {
  readonly title: string;
  readonly states: readonly BoardState[];
  readonly elapsedMs: number;
  readonly note: string | null;
}

/** Phases as people count them, in the order in which they are shown. */
const shownPhases: readonly (readonly [word: string, phases: readonly BoardPhase[]])[] = [
  ['done', ['done']],
  ['measuring', ['measuring', 'saving']],
  ['pushing', ['pushing']],
  ['waiting', ['waiting']],
  ['connecting', ['connecting', 'preparing']],
  ['queued', ['queued']],
  ['left running', ['left']],
  ['cancelled', ['cancelled']],
  ['failed', ['failed']],
  ['unreachable', ['unreachable']],
];

/** `38 done, 41 measuring, 2 failed` */
export function countsText(states: readonly BoardState[]): string {
  return counts(states)
    .map(({ word, count }) => `${count} ${word}`)
    .join(', ');
}

function counts(states: readonly BoardState[]) {
  return shownPhases
    .map(([word, phases]) => ({
      word,
      count: states.filter(({ phase }) => phases.includes(phase)).length,
    }))
    .filter(({ count }) => count > 0);
}

/**
 * The live lines of a fleet run: how many boards stand where, how far all are, what failed last.
 * Never more than seven.
 */
export function fleetView(picture: FleetPicture, terminal: Terminal): string[] {
  const { title, states, elapsedMs, note } = picture;
  const { colour } = terminal;
  const theme = themeFor(terminal);
  const { glyphs } = theme;
  const marks: Readonly<Record<string, string>> = {
    done: colour.blue(glyphs.done),
    measuring: colour.cyan(glyphs.running),
    failed: colour.bold.red(glyphs.failed),
    unreachable: colour.bold.red('?'),
  };
  const share = states.reduce((sum, state) => sum + shareDone(state), 0) / states.length;
  const failures = states.filter(({ failure }) => failure !== null);
  return [
    `${colour.bold(title)}  ${formatElapsed(elapsedMs)} elapsed${etaText(states)}`,
    `  ${counts(states)
      .map(({ word, count }) => `${marks[word] ?? colour.dim(glyphs.dot)} ${count} ${word}`)
      .join('  ')}`,
    `  ${bar(share, BAR_CELLS, theme)}  ${Math.floor(share * 100)} % of ${counted(states.length, 'board')}`,
    ...failures
      .slice(-SHOWN_FAILURES)
      .map(({ name, failure }) => `  ${marks.failed} ${name}  ${failure?.what ?? ''}`),
    ...(note === null ? [] : [`  ${colour.yellow(glyphs.note)} ${note}`]),
  ].map((line) => plainText(line, terminal.isUnicode));
}

/** How much of a board's plan is done, as a share. */
export function shareDone(state: BoardState): number {
  if (isSettled(state)) return 1;
  const { total, processes } = remaining(state.plan, state.run);
  return total === 0 ? 0 : (total - processes) / total;
}

/** Until the last board that tells; those that have not begun yet tell nothing. */
export function etaText(states: readonly BoardState[]): string {
  const open = states.filter((state) => !isSettled(state));
  const etas = open.map(({ plan, run }) => remaining(plan, run).etaMs);
  const known = etas.filter((eta) => eta !== null);
  if (known.length === 0) return '';
  const isAll = known.length === etas.length;
  const longest = formatElapsed(Math.max(...known));
  return isAll ? ` · about ${longest} more` : ` · ${longest} or more`;
}
