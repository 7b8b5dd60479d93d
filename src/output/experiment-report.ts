import { runFindings } from '../../host/irq/run-findings.ts';
import { formatNumber, formatPercent } from '../../host/results/format.ts';
import type { Result } from '../../host/results/result.ts';
import {
  type PassRow,
  publishedPasses,
  type ThesisModel,
  thesisModels,
} from '../../host/results/thesis.ts';
import { symbolsFor } from './symbols.ts';
import type { Terminal } from './terminal.ts';
import { type Column, textTable } from './text-table.ts';

/** What an experiment ends in, after its result; nothing for a plain benchmark. */
export function experimentReport(result: Result, terminal: Terminal): string[] {
  const { experiment } = result.context;
  if (experiment === null) return [];
  const { dot } = symbolsFor(terminal.isUnicode);
  const { bold } = terminal.colour;
  const tables = experiment === 'thesis' ? thesisModels(result) : [];
  return [
    ...tables.flatMap((model) => ['', bold(`${model.name}, seconds`), ...thesisTable(model)]),
    '',
    bold('CPUs and interrupts'),
    ...runFindings(result).map((text) => `  ${dot} ${text}`),
  ];
}

const right = (title: string): Column => ({ title, align: 'right' });
const left = (title: string): Column => ({ title, align: 'left' });

/** The thesis' own table (threads, average, max, min) with ours above its figures. */
function thesisTable({ rows, amdahl }: ThesisModel): string[] {
  const columns = [
    left(''),
    ...['threads', 'average', 'max', 'min', 'ms/image', 'spread', 'speed-up'].map(right),
    right('efficiency'),
  ];
  const ours = rows.map((row) => [
    `this board, ${row.imagesPerPass.toLocaleString('en')} images`,
    ...figures(row),
    formatPercent(row.spread),
    row.speedUp === null
      ? ''
      : `${row.speedUp.value.toFixed(2)}× (${row.speedUp.lo.toFixed(2)} to ${row.speedUp.hi.toFixed(2)})`,
    row.efficiency === null ? '' : formatPercent(row.efficiency),
  ]);
  const base = publishedPasses[0]?.averageS ?? 1;
  const theirs = publishedPasses.map((row) => [
    'thesis, 10,000 images',
    ...figures(row),
    formatPercent((row.maxS - row.minS) / row.averageS),
    row.threads === 1 ? '' : `${(base / row.averageS).toFixed(2)}×`,
    row.threads === 1 ? '' : formatPercent(base / row.averageS / row.threads),
  ]);
  return [...textTable(columns, [...ours, ...theirs]), ...amdahlLines(amdahl)];
}

function figures({ threads, averageS, maxS, minS, imagesPerPass }: PassRow): string[] {
  const seconds = [averageS, maxS, minS].map((value) => formatNumber(value, 5));
  return [String(threads), ...seconds, formatNumber((averageS / imagesPerPass) * 1000)];
}

function amdahlLines(fit: ThesisModel['amdahl']): string[] {
  if (fit === null) return [];
  const interval =
    fit.lo === null || fit.hi === null
      ? ' (one block: no interval)'
      : ` (95 %: ${percent(fit.lo)} to ${percent(fit.hi)})`;
  const check =
    fit.threads.length < 3
      ? 'two numbers of threads always fit'
      : `at most ${formatPercent(fit.worstMisfit)} off at ${fit.threads.join(', ')} threads`;
  return [
    `  Amdahl: ${percent(fit.serial)} of the work does not spread over threads${interval}, ${check}; the thesis' times give about 4 %.${warningOf(fit.serial)}`,
  ];
}

function warningOf(serial: number): string {
  if (serial < 0) {
    return ' Below zero the speed-up is beyond the number of threads: look at the time with one thread.';
  }
  return serial > 1 ? ' Above one, more threads took longer: the law does not hold here.' : '';
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
