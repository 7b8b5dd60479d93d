import type {
  TegrastatsFigure,
  TegrastatsSummary,
} from '../../host/telemetry/tegrastats-summary.ts';
import { glyphsFor } from '../terminal/glyphs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { type Column, headedTable } from '../terminal/text-table.ts';
import { sentenceWidth, wrapSentence } from '../terminal/wrap-text.ts';
import { counted } from '../words/quantities.ts';

const MAX_PROBLEMS_SHOWN = 3;

/** GPU, memory, CPUs, engines, temperatures and rails: mean, least and greatest over the log. */
export function tegrastatsReport(log: TegrastatsSummary, terminal: Terminal): string {
  const { colour, isUnicode, columns } = terminal;
  const width = sentenceWidth(columns());
  const { dot } = glyphsFor(isUnicode);
  const time = log.from === null ? '' : ` ${log.from} to ${log.to}`;
  const lines = [
    colour.bold(wrapSentence(`${log.file}, ${counted(log.lines, 'line')}${time}`, width)),
    ...sentences(log).map((text) => wrapSentence(`  ${dot} ${text}`, width)),
    '',
    ...figureTable(log, terminal),
    '',
  ];
  return plainText(lines.join('\n'), isUnicode);
}

function sentences(log: TegrastatsSummary): string[] {
  return [
    ...gpuSentence(log),
    ...heatSentence(log),
    ...(log.always_off.length > 0 ? [`Off in every line: ${log.always_off.join(', ')}.`] : []),
    ...absentSentence(log),
    ...(log.unknown.length > 0 ? [`Words that are not known: ${log.unknown.join(' ')}`] : []),
    ...problemSentence(log),
  ];
}

function gpuSentence({ figures }: TegrastatsSummary): string[] {
  const gpu = figures.find(({ group, unit }) => group === 'gpu' && unit === '%');
  const input = figures.find(({ name }) => name === 'VDD_IN' || name === 'POM_5V_IN');
  const power =
    input === undefined
      ? ''
      : `; the module took ${watts(input.mean)} W (${input.name}), at most ${watts(input.max)} W`;
  if (gpu === undefined) return power === '' ? [] : [`No GPU load is printed${power}.`];
  return [`The GPU was busy ${Math.round(gpu.mean)} % of the time, at most ${gpu.max} %${power}.`];
}

function watts(mW: number): string {
  return (mW / 1000).toFixed(2);
}

function heatSentence({ figures }: TegrastatsSummary): string[] {
  const zones = figures.filter(({ group }) => group === 'temperature');
  const [first, ...others] = zones;
  if (first === undefined) return [];
  const hottest = others.reduce((a, b) => (b.max > a.max ? b : a), first);
  return [`The hottest zone was ${hottest.name}: ${hottest.max.toFixed(1)} °C.`];
}

/**
 * What tegrastats prints to root only differs by JetPack: what is absent is said, with that reason.
 */
function absentSentence({ figures }: TegrastatsSummary): string[] {
  const has = (group: string, unit: string) =>
    figures.some((figure) => figure.group === group && figure.unit === unit);
  const absent = [
    ...(has('gpu', 'MHz') ? [] : ['clock of the GPU']),
    ...(has('cpu', 'MHz') ? [] : ['clocks of the CPUs']),
    ...(has('power', 'mW') ? [] : ['power rails']),
  ];
  if (absent.length === 0) return [];
  return [`Not in the log: ${absent.join(', ')}. Some JetPacks print them to root only.`];
}

function problemSentence({ problems }: TegrastatsSummary): string[] {
  if (problems.length === 0) return [];
  const shown = problems.slice(0, MAX_PROBLEMS_SHOWN);
  const parts = shown.map(({ line, text }) => `line ${line}: ${text}`);
  const more = problems.length > shown.length ? ' …' : '';
  return [`Not read: ${counted(problems.length, 'line')} (${parts.join('; ')}${more}).`];
}

function figureTable(log: TegrastatsSummary, terminal: Terminal): string[] {
  const columns: Column[] = [
    { title: '', align: 'left' },
    { title: 'of', align: 'left' },
    { title: 'mean', align: 'right' },
    { title: 'min', align: 'right' },
    { title: 'max', align: 'right' },
    { title: 'unit', align: 'left' },
    { title: 'lines', align: 'left', dropOrder: 1 },
  ];
  const rows = log.figures.map((figure, at) => [
    figure.group === log.figures[at - 1]?.group ? '' : figure.group,
    figure.name,
    ...[figure.mean, figure.min, figure.max].map((value) => formatted(value, figure)),
    figure.name === 'RAM' ? `MB of ${log.ram_total_mb}` : figure.unit,
    figure.lines === log.lines ? '' : `${figure.lines} of ${log.lines}`,
  ]);
  return headedTable(columns, rows, terminal);
}

function formatted(value: number, { unit }: TegrastatsFigure): string {
  return unit === '°C' || unit === '%' ? value.toFixed(1) : Math.round(value).toString();
}
