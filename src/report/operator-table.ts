import type { CellResult } from '../../host/analysis/result/cell-result.ts';
import type { Result } from '../../host/analysis/result/result.ts';
import { providerName } from '../../host/analysis/verdict/placement.ts';
import { formatDuration, formatPercent } from '../../host/quantities/format.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { type Column, textTable } from '../terminal/text-table.ts';

const columns: readonly Column[] = [
  { title: 'operator', align: 'left' },
  { title: 'on', align: 'left' },
  { title: 'nodes', align: 'right' },
  { title: 'per run', align: 'right' },
  { title: 'share', align: 'right' },
];

const MAX_ROWS = 20;

/** Operators of each measured cell by the time that they take, from its profiled session. */
export function describeOperators(result: Result, terminal: Terminal): string {
  const cells = result.cells.filter(({ purpose }) => purpose === 'measure');
  const text = cells.flatMap((cell) => operatorLines(cell, terminal)).join('\n');
  return plainText(`${text}\n`, terminal.isUnicode);
}

const layerColumns: readonly Column[] = [
  { title: 'layer', align: 'left' },
  { title: 'per query', align: 'right' },
  { title: 'median', align: 'right' },
  { title: 'share', align: 'right' },
];
/** TensorRT names a layer by all that it fused. */
const NAME_WIDTH = 72;

function layerLines(layers: Layers, label: string, { colour }: Terminal): string[] {
  const rows = layers.list
    .slice(0, MAX_ROWS)
    .map(({ name, duration_ns, median_ns, share }) => [
      name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}…` : name,
      formatDuration(duration_ns),
      median_ns === null ? 'n/a' : formatDuration(median_ns),
      formatPercent(share),
    ]);
  const left = layers.count - rows.length;
  return [
    '',
    colour.bold(`layers of ${label}`),
    ...textTable(layerColumns, rows).map((line) => `  ${line}`),
    ...(left > 0
      ? [`  and ${left} more${layers.list.length > rows.length ? ' in result.json' : ''}`]
      : []),
  ];
}

type Layers = NonNullable<NonNullable<CellResult['trtexec']>['layers']>;

function operatorLines(cell: CellResult, terminal: Terminal): string[] {
  const { label, placement, trtexec } = cell;
  const layers = trtexec?.layers ?? null;
  if (layers !== null && layers.list.length > 0) return layerLines(layers, label, terminal);
  const title = ['', terminal.colour.bold(`operators of ${label}`)];
  if (placement === null || placement.operators.length === 0) {
    return [...title, '  no profile: the engine has none, or the cell did not run'];
  }
  const shown = placement.operators.slice(0, MAX_ROWS);
  const rows = shown.map(({ op, provider, nodes, duration_ns, share }) => [
    op,
    providerName(provider),
    String(nodes),
    formatDuration(duration_ns),
    formatPercent(share),
  ]);
  const left = placement.operators.length - shown.length;
  return [
    ...title,
    ...textTable(columns, rows).map((line) => `  ${line}`),
    ...(left > 0 ? [`  and ${left} more in result.json`] : []),
  ];
}
