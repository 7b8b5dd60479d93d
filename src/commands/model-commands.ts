import type { Command } from 'commander';
import { allowLinksOption } from '../options/board-options.ts';
import { shapeOption } from '../options/input-options.ts';
import { optional, text, texts } from '../options/option-row.ts';
import { jsonOption } from '../options/output-options.ts';
import { wholeNumber } from '../options/parse-values.ts';
import type { Define } from './define.ts';

/** `model` and its verbs. */
export function addModelCommands(program: Command, define: Define): void {
  const model = program
    .command('model')
    .description('built-in models, and what is in an ONNX file');
  const list = model.command('list').description('the built-in models');
  define(list, jsonOption, async (_, options) =>
    (await import('./model.ts')).listModelsCommand(options),
  );
  const make = model
    .command('make')
    .argument('<name>')
    .description('write a built-in model to a file');
  const out = text('-o, --out <file>', 'file to write; - is stdout');
  define(make, { out }, async ([name = ''], options) =>
    (await import('./model.ts')).makeModelCommand(name, options),
  );
  const inspect = model
    .command('inspect')
    .argument('<file>', 'an .onnx file or a built-in name')
    .description('inputs, outputs, parameters, operators, estimated FLOPs');
  const inspectTable = {
    shapes: { ...shapeOption, about: 'shape of an input; N is the batch' },
    batch: optional('--batch <n>', 'batch size', { parse: (n) => wholeNumber(n, '--batch') }),
    batch_axes: texts('--batch-axis <name>', 'which dimension is the batch, as of bench'),
    allow_links: allowLinksOption,
    ...jsonOption,
  };
  define(inspect, inspectTable, async ([file = ''], options) =>
    (await import('./model.ts')).inspectModelCommand(file, options),
  );
}
