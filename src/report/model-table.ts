import { cleanLine } from '../../agent/contract/clean-text.ts';
import { unfeedableInputs } from '../../host/plan/inputs/feedable.ts';
import { formatBytes } from '../../host/quantities/bytes.ts';
import { loadObstacles } from '../../host/store/runtime/onnxruntime-limits.ts';
import type { FlopsFacts, ModelFacts } from '../../models/facts.ts';
import { formatShape } from '../../models/shape-text.ts';
import { textTable } from '../terminal/text-table.ts';
import { batchText } from '../words/items-text.ts';

const MAX_OPERATORS = 20;
/** Characters of an example of shapes, and of why it is needed. */
const MAX_ADVICE = 250;
/**
 * Names in a file are whatever its author liked: on one line, without control characters, and not
 * without end.
 */
const shown = (name: string) => cleanLine(name, 120);

/** What is in a model, for `model inspect`. */
export function describeModel(facts: ModelFacts): string {
  const opsets = facts.opsets.map(({ domain, version }) => `${shown(domain)} ${version}`);
  const maker = [facts.producer.name, facts.producer.version].map(shown).filter(Boolean).join(' ');
  const head = [
    `${shown(facts.name)}  ${formatBytes(facts.sizeBytes)}`,
    ...unfeedableInputs(facts).map(
      ({ name, type, next }) =>
        `  cannot run   input ${shown(name)} is of type ${type}, which cannot be fed: ${next}`,
    ),
    `  made by      ${maker || 'unknown'}`,
    `  opset        ${opsets.join(', ')}   IR ${facts.irVersion}`,
    ...loadObstacles(facts).map((why) => `  ! cannot be loaded: ${shown(why)}`),
    `  parameters   ${facts.parameters.count.toLocaleString('en')}  ${parameterTypes(facts)}`,
    `  batch        ${batchText(facts.batch)}`,
    ...workLines(facts),
  ];
  const files = facts.files
    .slice(1)
    .map((file) => `  and file     ${shown(file.path)}  ${formatBytes(file.sizeBytes)}`);
  const tensors = [
    ...facts.inputs.map((tensor) => ['input', tensor] as const),
    ...facts.outputs.map((tensor) => ['output', tensor] as const),
  ].map(([role, { name, dtype, shape }]) => {
    return [role, shown(name), dtype, shape ? shown(formatShape(shape)) : '?'];
  });
  const operators = facts.nodes.byOp
    .slice(0, MAX_OPERATORS)
    .map(({ op, count }) => [shown(op), String(count)]);
  const rest = facts.nodes.byOp.length - operators.length;
  return [
    ...head,
    ...files,
    '',
    ...textTable(
      [
        { title: '', align: 'left' },
        { title: 'name', align: 'left' },
        { title: 'type', align: 'left' },
        { title: 'shape', align: 'left' },
      ],
      tensors,
    ),
    '',
    ...textTable(
      [
        { title: 'operator', align: 'left' },
        { title: 'nodes', align: 'right' },
      ],
      [...operators, ['all', String(facts.nodes.total)]],
    ),
    ...(rest > 0 ? [`  and ${rest} further operators`] : []),
    '',
  ].join('\n');
}

function parameterTypes(facts: ModelFacts): string {
  const types = facts.parameters.byDtype.map(
    ({ dtype, bytes }) => `${dtype} ${bytes === 0 ? 'of unknown size' : formatBytes(bytes)}`,
  );
  return types.length > 0 ? `(${types.join(', ')})` : '';
}

function workLines(facts: ModelFacts): string[] {
  const { flops, open } = facts;
  if (unfeedableInputs(facts).length > 0) return ['  work         unknown: it cannot be fed'];
  if (flops) return [`  work         ${flopsText(flops)}`];
  const { why = '', example = '' } = open ?? {};
  // A name that is not shown as it is cannot be pasted either.
  const isPasteable = cleanLine(example, MAX_ADVICE) === example;
  return [
    `  work         unknown: ${cleanLine(why, MAX_ADVICE)}`,
    `  choose       ${isPasteable ? `for example ${example} (not tried)` : 'give --shape for each'}`,
  ];
}

/** Never a bare zero: what is not counted is named, and a sum without it is a lower bound. */
function flopsText(flops: FlopsFacts): string {
  const left = flops.unknownByOp.map(({ op, count }) => `${count} ${shown(op)}`).join(', ');
  if (flops.estimatedNodes === 0) {
    return left === ''
      ? 'not counted: it has no convolution and no matrix product'
      : `unknown: none of its convolutions and matrix products could be counted (${left})`;
  }
  const amounts = [
    ...(flops.perItem > 0 ? [`${scaled(flops.perItem)}FLOP`] : []),
    ...(flops.integerPerItem > 0 ? [`${scaled(flops.integerPerItem)}OP on integers`] : []),
  ].join(' and ');
  const least = left === '' ? '' : 'at least ';
  const without = left === '' ? '' : `; not counted: ${left}`;
  return `${least}${amounts || 'none'} per ${flops.batch ? `item at batch ${flops.batch.size}` : 'inference'} (convolutions and matrix products${without})`;
}

const prefixes = ['', 'k', 'M', 'G', 'T'] as const;

/** `1.77 M` */
function scaled(operations: number): string {
  let value = operations;
  let at = 0;
  while (value >= 1000 && at < prefixes.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${Number(value.toPrecision(3))} ${prefixes[at]}`;
}
