import { basename } from 'node:path';
import { OrinError } from '../../host/errors.ts';
import { type DataSet, parseDataSet } from '../../host/plan/inputs/data-set.ts';
import { parseRange } from '../../host/plan/inputs/input-range.ts';
import type { InputSettings } from '../../host/plan/settings.ts';
import { parseShape, shapeText } from '../../models/shape-text.ts';
import { choice, grouped, type OptionRow, optional, type Rows, withDefault } from './option-row.ts';
import { choicesFrom, pair, wholeNumber, withEntry } from './parse-values.ts';

export const shapeOption: OptionRow<InputSettings['shapes']> = {
  flags: '--shape <name=1x3x224x224>',
  about: 'shape of an input, exactly; N is the batch',
  fallback: {},
  shown: '[]',
  privacy: 'public',
  parse: (text, before = {}) => {
    const parsed = parseShape(text);
    if (!parsed) throw unreadable('--shape', text, 'input=1x3x224x224, N for the batch');
    return withEntry(before, parsed.name, [...parsed.shape], '--shape');
  },
  write: (shapes) => Object.entries(shapes).map(([name, shape]) => `${name}=${shapeText(shape)}`),
};

const inputs: OptionRow<InputSettings['inputs']> = {
  flags: '--input <name=file.npy>',
  about: 'real values for an input: its shape is that of the array',
  fallback: {},
  shown: '[]',
  privacy: 'shortened',
  shorten: (files) =>
    Object.fromEntries(Object.entries(files).map(([name, path]) => [name, basename(path)])),
  parse: (text, before = {}) => pair(text, '--input', before),
  write: (files) => Object.entries(files).map(([name, path]) => `${name}=${path}`),
};

const ranges: OptionRow<InputSettings['ranges']> = {
  flags: '--range <name=low..high>',
  about: 'range of seeded integers for an input',
  fallback: {},
  shown: '[]',
  privacy: 'public',
  parse: (text, before = {}) => {
    const parsed = parseRange(text);
    if (!parsed) throw unreadable('--range', text, 'ids=0..30521');
    return withEntry(before, parsed.name, parsed.range, '--range');
  },
  write: (all) => Object.entries(all).map(([name, { min, max }]) => `${name}=${min}..${max}`),
};

const data: OptionRow<DataSet | null> = {
  ...optional('--data <cifar10:path>', 'real CIFAR-10 images (directory or test_batch.bin)', {
    parse: dataSetFrom,
    write: ({ kind, path }) => `${kind}:${path}`,
  }),
  privacy: 'shortened',
  shorten: (set) => set && { ...set, path: basename(set.path) },
};

const seedOption = withDefault('--seed <n>', 'seed of inputs and of the order of cells', '1', {
  parse: (text) => wholeNumber(text, '--seed', 0),
});

/** What is fed to the models. */
export const inputOptions = grouped('Inputs:', {
  shapes: shapeOption,
  inputs,
  ranges,
  distribution: withDefault(
    '--distribution <kind>',
    'seeded floats: uniform or normal',
    'uniform',
    { parse: distributionFrom },
  ),
  data,
  images: optional(
    '--images <n>',
    'also report passes over n images: average, max, min in seconds',
    { parse: (text) => wholeNumber(text, '--images') },
  ),
  seed: seedOption,
  preset: choice(
    '--preset <name>',
    'thesis: both ResNet34, 1, half and all CPUs, passes over 10,000 images, in the tables of the thesis',
    ['thesis'],
  ),
} satisfies Rows<InputSettings>);

function distributionFrom(text: string): InputSettings['distribution'] {
  const [kind = 'uniform'] = choicesFrom(text, '--distribution', ['uniform', 'normal'] as const);
  return kind;
}

function dataSetFrom(text: string): DataSet {
  const set = parseDataSet(text);
  if (set === undefined) throw unreadable('--data', text, 'cifar10:path/to/test_batch.bin');
  return set;
}

function unreadable(option: string, text: string, example: string): OrinError {
  return new OrinError({
    code: 'usage',
    what: `${option} ${text}: cannot be read`,
    next: `write it like ${option} ${example}`,
  });
}
