import type { OptionValues } from 'commander';
import { OrinError } from '../../host/errors.ts';
import { type InputRequest, parseDataSet } from '../../host/plan/inputs/cell-inputs.ts';
import { parseRange } from '../../host/plan/inputs/input-range.ts';
import { type AskedShape, parseShape } from '../../models/shape-text.ts';
import { choicesFrom, pairs, twice } from './parse-values.ts';

/** What to feed the models, as the options say it. @throws OrinError `usage` */
export function inputsFrom(
  options: OptionValues,
  seed: number,
): Omit<InputRequest, 'batches' | 'signal'> {
  const [distribution = 'uniform'] = choicesFrom(options.distribution, '--distribution', [
    'uniform',
    'normal',
  ] as const);
  const data = options.data ? parseDataSet(options.data) : null;
  if (data === undefined)
    throw unreadable('--data', options.data, 'cifar10:path/to/test_batch.bin');
  return {
    batchAxes: options.batchAxis,
    shapes: shapesFrom(options.shape),
    ranges: rangesFrom(options.range),
    distribution,
    files: Object.fromEntries(pairs(options.input, '--input')),
    data,
    seed,
  };
}

/** `--shape` values by input name. @throws OrinError `usage` */
export function shapesFrom(texts: readonly string[]): Record<string, AskedShape> {
  const found = texts.map((text) => {
    const parsed = parseShape(text);
    if (!parsed) throw unreadable('--shape', text, 'input=1x3x224x224, N for the batch');
    return [parsed.name, parsed.shape] as const;
  });
  return onceEach(found, '--shape');
}

/** `--range` values by input name. */
function rangesFrom(texts: readonly string[]): InputRequest['ranges'] {
  const found = texts.map((text) => {
    const parsed = parseRange(text);
    if (!parsed) throw unreadable('--range', text, 'ids=0..30521');
    return [parsed.name, parsed.range] as const;
  });
  return onceEach(found, '--range');
}

function onceEach<T>(
  entries: readonly (readonly [string, T])[],
  option: string,
): Record<string, T> {
  const names = entries.map(([name]) => name);
  const repeated = names.find((name, at) => names.indexOf(name) !== at);
  if (repeated !== undefined) throw twice(option, repeated);
  return Object.fromEntries(entries);
}

function unreadable(option: string, text: string, example: string): OrinError {
  return new OrinError({
    code: 'usage',
    what: `${option} ${text}: cannot be read`,
    next: `write it like ${option} ${example}`,
  });
}
