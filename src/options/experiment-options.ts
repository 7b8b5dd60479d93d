import { boardOptions } from './board-options.ts';
import { cellOptions } from './cell-options.ts';
import { effortOptions } from './effort-options.ts';
import { inputOptions } from './input-options.ts';
import { choice, flag, grouped, text, type Values } from './option-row.ts';

const moveIrqs = {
  ...choice(
    '--move-irqs [where]',
    'measure also with interrupts moved, by root, and put back: gather (onto one CPU), spread, or auto',
    ['auto', 'gather', 'spread'],
  ),
  preset: 'auto',
};

/** What of a benchmark's settings the interrupt experiment leaves open; the cells are its own. */
export const experimentOptions = grouped('The experiment:', {
  models: cellOptions.models,
  shapes: { ...inputOptions.shapes, about: 'shape of an input, exactly' },
  batch_axes: { ...cellOptions.batch_axes, about: 'which dimension is the batch, as of bench' },
  seed: inputOptions.seed,
  quick: effortOptions.quick,
  thorough: effortOptions.thorough,
  budget_ms: effortOptions.budget_ms,
  blocks: effortOptions.blocks,
  move_irqs: moveIrqs,
  yes: flag('--yes', 'move interrupts without asking'),
  cooldown_ms: { ...effortOptions.cooldown_ms, about: 'as of bench' },
  telemetry: { ...boardOptions.telemetry, about: 'as of bench (default: full)' },
  require_locked: {
    ...boardOptions.require_locked,
    about: 'refuse a board whose clocks can move',
  },
});
export type ExperimentSettings = Values<typeof experimentOptions>;

/** Dumps that were saved, instead of a board. */
export const dumpOptions = grouped('Saved dumps, instead of a board:', {
  file: text(
    '--file <file>',
    'copy of /proc/interrupts, or of it and /proc/softirqs; - is standard input',
  ),
  softirqs: text('--softirqs <file>', 'copy of /proc/softirqs'),
  before_file: text(
    '--before-file <file>',
    'earlier copy of /proc/interrupts: counts what came since',
  ),
  before_softirqs: text('--before-softirqs <file>', 'earlier copy of /proc/softirqs'),
});
export type DumpSettings = Values<typeof dumpOptions>;
