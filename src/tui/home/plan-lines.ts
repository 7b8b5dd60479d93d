import { padEnd, widthOf } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { counted, formatElapsed } from '../../words/quantities.ts';
import { chosen, type HomeState, presetOf, presetsOf } from './home-state.ts';
import { wishArguments } from './home-wish.ts';
import { estimatePlan, type PlanEstimate } from './plan-estimate.ts';
import { choicesOf, type PlanField, type Preset, planFields } from './plan-form.ts';

const hints: Readonly<Record<Exclude<PlanField, 'effort'>, string>> = {
  threads: 'like 1,3,6; empty: 1, half and all CPUs',
  batch: "like 1,8; empty: the model's own, else 1",
  affinity: 'CPU lists: 0-5,1-5 or 0+2+4; empty: any',
  providers: 'Space takes one or leaves it; never a fallback',
  precision: 'for the GPU; none: as the model is',
};

const presetHints: Readonly<Record<Preset, string>> = {
  quick: '3 × 3 s a cell: indicative',
  default: '5 to 20 × 10 s a cell, to 1 %',
  thorough: '10 to 20 × 20 s, to 0.5 %',
  thesis: 'its 2 models, 10,000 images',
};

/** Fields begin here; their hints stand behind the longest. */
const NAME_COLUMNS = 11;
const HINT_FROM = 30;
const WIDE_HINT_FROM = 72;

/** The plan as a form, what it amounts to, and the same as a command. */
export interface PlanLines {
  readonly fields: readonly string[];
  readonly amount: string;
  readonly command: readonly string[];
}

export function planLines(
  state: HomeState,
  ownCpus: number,
  columns: number,
  theme: Theme,
): PlanLines {
  return {
    fields: planFields.map((field) => fieldLine(state, field, columns, theme)),
    amount: amountLine(state, ownCpus, theme),
    command: commandLines(wishArguments(state), columns, theme),
  };
}

/** The whole command, on as many lines as it takes: it is there to be learnt. */
function commandLines(args: readonly string[], columns: number, theme: Theme): string[] {
  if (args.length === 0) return [];
  const room = Math.max(10, columns - 6);
  const lines: string[] = [];
  for (const word of ['orin-remote', ...args.map(quoted)]) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && widthOf(longer) > room) lines.push(`  ${word}`);
    else lines.splice(-1, 1, longer);
  }
  return lines.map((line, at) => `   ${theme.dim(at === 0 ? '$' : ' ')} ${line}`);
}

function fieldLine(state: HomeState, field: PlanField, columns: number, theme: Theme): string {
  const { plan } = state;
  const isAt = state.focus === 'plan' && plan.field === field;
  const name = padEnd(`${isAt ? theme.glyphs.pointer : ' '} ${field}`, NAME_COLUMNS, theme);
  const value = valueText(state, field, isAt, theme);
  const left = ` ${isAt ? theme.selected(name) : name} ${value}`;
  const hint = field === 'effort' ? presetHints[presetOf(state)] : hints[field];
  const begins = Math.max(columns >= 130 ? WIDE_HINT_FROM : HINT_FROM, widthOf(left) + 2);
  // Half a hint is none.
  if (columns - begins - 1 < widthOf(hint)) return left;
  return `${padEnd(left, begins, theme)}${theme.dim(hint)}`;
}

function valueText(state: HomeState, field: PlanField, isAt: boolean, theme: Theme): string {
  const { plan } = state;
  if (field === 'effort') {
    return presetsOf(state)
      .map((preset) => (preset === presetOf(state) ? `[${preset}]` : ` ${preset} `))
      .join(' ');
  }
  if (field === 'providers' || field === 'precision') {
    return choicesOf(plan, field)
      .map((choice) => {
        const text = `${choice.isTaken ? '[x]' : '[ ]'} ${choice.name}`;
        return isAt && choice.isAt ? theme.selected(text) : text;
      })
      .join(' ');
  }
  const caret = isAt ? theme.glyphs.caret : '';
  return `${plan[field]}${caret}`;
}

/** `9 cells and 3 calibrations · 3 processes each · up to about 2:20`, or what makes no sense. */
function amountLine(state: HomeState, ownCpus: number, theme: Theme): string {
  const isDemo = chosen(state.board) === 'demo';
  const known = state.board.choices[state.board.at]?.board?.cpus ?? null;
  const estimate = estimatePlan(state, isDemo ? ownCpus : known);
  if (typeof estimate === 'string') {
    return theme.failed(`   ${theme.glyphs.failed} ${estimate}`);
  }
  const dot = ` ${theme.glyphs.dot} `;
  const parts = [
    `${estimate.isExact ? '' : 'about '}${counted(estimate.cells, 'cell')} and ${counted(estimate.calibrations, 'calibration')}`,
    ...(estimate.leftOut.length > 0 ? [`${estimate.leftOut.length} left out`] : []),
    `${estimate.blocks} ${estimate.blocks === '1' ? 'process' : 'processes'} each`,
    theme.title(timeText(estimate)),
  ];
  return `   ${parts.join(dot)}`;
}

function timeText({ longestMs, buildsEngines, imagesPerPass }: PlanEstimate): string {
  const longest = formatElapsed(longestMs);
  // One line of 80 columns has no room for more words.
  const building = buildsEngines ? ' + engines' : '';
  return imagesPerPass === null
    ? `up to about ${longest}${building}`
    : `${longest} or more, by its passes${building}`;
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./~-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
