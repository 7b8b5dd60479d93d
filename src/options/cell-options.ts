import { basename } from 'node:path';
import { optimizationLevels } from '../../agent/contract/choices.ts';
import { parseCpuList } from '../../agent/contract/cpu-list.ts';
import { OrinError } from '../../host/errors.ts';
import { parseCellFilter } from '../../host/plan/cell-filter.ts';
import type { CellSettings } from '../../host/plan/settings.ts';
import { engineOptions } from './engine-options.ts';
import {
  flag,
  grouped,
  type OptionRow,
  optional,
  type Rows,
  repeated,
  texts,
  withDefault,
} from './option-row.ts';
import { choicesFrom, pair, wholeNumber, wholeNumbers } from './parse-values.ts';

const models: OptionRow<string[]> = {
  ...texts('--model <name|file>', 'built-in model or .onnx file; may be repeated'),
  privacy: 'shortened',
  shorten: (paths) => paths.map((path) => basename(path)),
};

/** Whole numbers with commas between them. */
function numbers(flags: string, about: string, name: string): OptionRow<number[] | null> {
  return optional(flags, about, {
    parse: (list) => wholeNumbers(list, name),
    write: (values) => values.join(','),
  });
}

/** What to measure: every combination is a cell. */
export const cellOptions = grouped('What to measure (every combination is a cell):', {
  models,
  ...engineOptions,
  threads: numbers(
    '--threads <list>',
    'intra-op threads, e.g. 1,3,6 (default: 1, half and all CPUs)',
    '--threads',
  ),
  batches: numbers('--batch <list>', "batch sizes (default: the model's own, else 1)", '--batch'),
  batch_axes: texts(
    '--batch-axis <name>',
    'which dimension is the batch: its name, input:axis (may be repeated), or none (default: what the model says)',
  ),
  affinities: withDefault(
    '--affinity <list>',
    'CPU lists, e.g. 0-5,1-5 or 0+2+4; `any` leaves it alone',
    'any',
    { parse: affinitiesFrom, write: affinitiesText },
  ),
  optimizations: withDefault(
    '--opt <levels>',
    'graph optimisation: disabled, basic, extended, layout, all',
    'all',
    { parse: (list) => choicesFrom(list, '--opt', optimizationLevels), write: String },
  ),
  spinning: withDefault('--spinning <list>', 'on, off or on,off', 'on', {
    parse: (list) => choicesFrom(list, '--spinning', ['on', 'off']).map((word) => word === 'on'),
    write: (values) => values.map((isOn) => (isOn ? 'on' : 'off')).join(','),
  }),
  inter_op_threads: withDefault(
    '--inter-op <list>',
    'inter-op threads; off runs sequentially',
    'off',
    { parse: interOpFrom, write: (values) => values.map((each) => each ?? 'off').join(',') },
  ),
  session: {
    flags: '--session <key=value>',
    about: 'ONNX Runtime session configuration entry',
    fallback: {},
    shown: '[]',
    privacy: 'public',
    parse: sessionEntry,
    write: (entries) => Object.entries(entries).map(([key, value]) => `${key}=${value}`),
  },
  include: filters('--include', 'keep only the cells that match'),
  exclude: filters('--exclude', 'leave out the cells that match'),
  oversubscribe: flag('--oversubscribe', 'allow more threads than CPUs'),
} satisfies Rows<CellSettings>);

/** `0-5,1-5,0+2+4,any`: a comma parts two affinities, a plus joins CPUs of one. */
function affinitiesFrom(text: string): (string | null)[] {
  return text.split(',').map((part) => {
    const list = part.trim().replaceAll('+', ',');
    if (list === 'any') return null;
    if (parseCpuList(list) === null) {
      throw new OrinError({
        code: 'usage',
        what: `--affinity ${text}: cannot read "${part}"`,
        why: 'a comma parts two affinities; a plus joins the CPUs of one',
        next: 'write it like --affinity 0-5,1-5 or --affinity 0+2+4',
      });
    }
    return list;
  });
}

function affinitiesText(lists: readonly (string | null)[]): string {
  return lists.map((list) => list?.replaceAll(',', '+') ?? 'any').join(',');
}

function interOpFrom(text: string): (number | null)[] {
  return text
    .split(',')
    .map((part) => (part.trim() === 'off' ? null : wholeNumber(part, '--inter-op')));
}

/**
 * Entries of ONNX Runtime's session configuration that options of ours set: twice would make a
 * label lie.
 */
const ownedEntries: Readonly<Record<string, string>> = {
  'session.intra_op.allow_spinning': '--spinning',
  'session.intra_op_thread_affinities': '--affinity',
  'session.intra_op_num_threads': '--threads',
  'session.inter_op_num_threads': '--inter-op',
  'session.graph_optimization_level': '--opt',
};

function sessionEntry(
  text: string,
  before: Record<string, string> | undefined,
): Record<string, string> {
  const entries = pair(text, '--session', before ?? {});
  for (const key of Object.keys(entries)) {
    const owner = ownedEntries[key];
    if (owner === undefined) continue;
    throw new OrinError({
      code: 'usage',
      what: `--session ${key}: ${owner} sets this entry`,
      next: `use ${owner}, which also names the cell by it`,
    });
  }
  return entries;
}

function filters(name: '--include' | '--exclude', about: string) {
  return repeated(
    `${name} <key=value,...>`,
    about,
    (text) => [Object.fromEntries(parseCellFilter(text, name))],
    (filter: Record<string, string>) =>
      Object.entries(filter)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
  );
}
