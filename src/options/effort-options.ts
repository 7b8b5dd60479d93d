import type { EffortSettings } from '../../host/plan/settings.ts';
import { flag, grouped, type OptionRow, optional, type Rows } from './option-row.ts';
import { durationMs, durationText, share, wholeNumber } from './parse-values.ts';

/** A time in milliseconds. */
export function duration(flags: string, about: string, name: string): OptionRow<number | null> {
  return optional(flags, about, {
    parse: (text) => durationMs(text, name),
    write: durationText,
  });
}

const cooldownOption: OptionRow<number | null> = optional(
  '--cooldown <duration|off>',
  'longest wait between processes for the board to come back to 3 °C above its start (default: 20s; 6s with --quick)',
  {
    parse: (text) => (text === 'off' ? 0 : durationMs(text, '--cooldown')),
    write: (ms) => (ms === 0 ? 'off' : durationText(ms)),
  },
);

/** How long and how exactly. */
export const effortOptions = grouped('How long:', {
  quick: flag('--quick', '3 processes of 3 s per cell; intervals are indicative'),
  thorough: flag('--thorough', '10 to 20 processes of 20 s per cell, to 0.5 %'),
  budget_ms: duration(
    '--budget <duration>',
    'stop after this wall time, e.g. 10m; trtexec building engines comes on top',
    '--budget',
  ),
  blocks: optional('--blocks <n>', 'exactly this many processes per cell', {
    parse: (text) => wholeNumber(text, '--blocks'),
  }),
  target: optional(
    '--target <share>',
    'stop a cell at this half-width of the 95 % interval, e.g. 1%',
    { parse: (text) => share(text, '--target') },
  ),
  cooldown_ms: cooldownOption,
  dry_run: flag('--dry-run', 'show the cells and the time that they take; measure nothing'),
} satisfies Rows<EffortSettings>);
