import type { Result } from '../../host/analysis/result/result.ts';
import {
  isOnGpu,
  type PassRow,
  publishedGpuS,
  publishedPasses,
  type ThesisModel,
  type ThesisRow,
  thesisModels,
} from '../../host/analysis/thesis.ts';
import { runFindings } from '../../host/irq/run-findings.ts';
import { formatNumber, formatPercent } from '../../host/quantities/format.ts';
import { glyphsFor } from '../terminal/glyphs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { type Column, textTable } from '../terminal/text-table.ts';
import { sentenceWidth, wrapSentence } from '../terminal/wrap-text.ts';
import { counted } from '../words/quantities.ts';

/** What an experiment ends in, after its result; nothing for a plain benchmark. */
export function experimentReport(result: Result, terminal: Terminal): string[] {
  const { experiment } = result.context;
  if (experiment === null) return [];
  const { dot } = glyphsFor(terminal.isUnicode);
  const { bold } = terminal.colour;
  const width = sentenceWidth(terminal.columns());
  const sentence = (text: string) => wrapSentence(`  ${dot} ${text}`, width);
  const tables = experiment === 'thesis' ? thesisModels(result) : [];
  return [
    ...tables.flatMap((model) => [
      '',
      bold(`${model.name}, seconds`),
      ...thesisTables(model, terminal.columns()),
      ...amdahlLines(model.amdahl).map((text) => wrapSentence(text, width)),
    ]),
    ...(tables.length > 0 ? ['', ...thesisRemarks(result).map(sentence)] : []),
    '',
    bold('CPUs and interrupts'),
    ...runFindings(result).map(sentence),
  ].map((line) => plainText(line, terminal.isUnicode));
}

const right = (title: string): Column => ({ title, align: 'right' });
const left = (title: string): Column => ({ title, align: 'left' });

/**
 * The thesis' own table (threads, average, max, min) with ours above its figures; then what follows
 * from them.
 */
function thesisTables({ rows, missing }: ThesisModel, width: number): string[] {
  return [
    ...secondsTable(rows, width),
    ...missing.map((text) => `  no whole pass of ${text}`),
    '',
    ...ratiosTable(rows),
  ];
}

function secondsTable(rows: readonly ThesisRow[], width: number): string[] {
  const { least, most } = publishedGpuS;
  const theirs = 'thesis, 10,000 images';
  const perImage = `${formatNumber(least / 10)}-${formatNumber(most / 10)}`;
  return textTable(
    [
      left(''),
      ...['threads', 'average', 'max', 'min'].map(right),
      { title: 'ms/image', align: 'right', dropOrder: 1 },
    ],
    [
      ...rows.map((row) => [
        `this board, ${row.imagesPerPass.toLocaleString('en')} images`,
        threadsOf(row),
        ...figures(row),
      ]),
      ...publishedPasses.map((row) => [theirs, String(row.threads), ...figures(row)]),
      [theirs, 'GPU, any', `${least}-${most}`, '', '', perImage],
    ],
    width,
  );
}

function ratiosTable(rows: readonly ThesisRow[]): string[] {
  const base = publishedPasses[0]?.averageS ?? 1;
  return textTable(
    [left(''), ...['threads', 'spread', 'speed-up', 'efficiency'].map(right)],
    [
      ...rows.map((row) => [
        'this board',
        threadsOf(row),
        formatPercent(row.spread),
        row.speedUp === null ? '' : speedUpText(row.speedUp),
        row.efficiency === null ? '' : formatPercent(row.efficiency),
      ]),
      ...publishedPasses.map((row) => [
        'thesis',
        String(row.threads),
        formatPercent((row.maxS - row.minS) / row.averageS),
        row.threads === 1 ? '' : `${(base / row.averageS).toFixed(2)}×`,
        row.threads === 1 ? '' : formatPercent(base / row.averageS / row.threads),
      ]),
    ],
  );
}

function speedUpText({ value, lo, hi }: NonNullable<ThesisRow['speedUp']>): string {
  return `${value.toFixed(2)}× (${lo.toFixed(2)} to ${hi.toFixed(2)})`;
}

/**
 * `3` on the CPU; on the GPU `trtexec, 3 CPUs`, and for what it does by itself `trtexec, default`.
 */
function threadsOf({ target, cpus, threads, cell }: ThesisRow): string {
  if (target === 'CPU') return String(threads);
  if (cell.config.engine !== 'trtexec') return `${target}, ${threads}`;
  return cpus === null ? `${target}, default` : `${target}, ${counted(cpus, 'CPU')}`;
}

function figures({ averageS, maxS, minS, imagesPerPass }: PassRow): string[] {
  const seconds = [averageS, maxS, minS].map((value) => formatNumber(value, 5));
  return [...seconds, formatNumber((averageS / imagesPerPass) * 1000)];
}

/** Where this board is not the thesis' board, and which of its rows are not here. */
function thesisRemarks(result: Result): string[] {
  const measured = result.cells.filter(({ purpose }) => purpose === 'measure');
  const onGpu = measured.filter(isOnGpu);
  const cpus = result.context.board?.cpus_online.length ?? null;
  const threads = [
    ...new Set(measured.filter((cell) => !isOnGpu(cell)).map(({ config }) => config.threads)),
  ];
  const remarks: string[] = [];
  if (cpus !== null && cpus !== 6) {
    remarks.push(
      `The thesis had six CPUs and took 1, 3 and 6 threads; this board has ${counted(cpus, 'CPU')}: ${threads.join(', ')}.`,
    );
  }
  if (onGpu.length === 0) {
    const why = result.context.gpu_missing;
    remarks.push(`The GPU rows are missing: ${why ?? 'no engine for the GPU was asked for'}.`);
  }
  if (onGpu.some(({ config }) => config.engine === 'trtexec')) {
    remarks.push(
      'trtexec sets its own threads: in place of threads its rows have 1, half and all CPUs, then no limit (default). Its times are of its queries, transfers included.',
    );
  } else if (onGpu.length > 0) {
    remarks.push(
      'The default of ONNX Runtime is as many threads as there are CPUs: the last GPU row.',
    );
  }
  return remarks;
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
