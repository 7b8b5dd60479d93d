import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { cellShapes } from '../../host/analysis/cell-shapes.ts';
import { pageShapes, resultHtml } from '../../host/archive/export/html/report.ts';
import { analyseDump } from '../../host/irq/analyse-dump.ts';
import { readJournal } from '../../host/journal/journal.ts';
import { parseCounterTable } from '../../host/telemetry/counter-table.ts';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { resultOf } from '../../test/support/journal-runs.ts';
import { orinTexts, type ProcTexts, withoutCpu1 } from '../../test/support/offline-cpu.ts';
import { terminalOf } from '../terminal/terminal.ts';
import { cpuReport, interruptReport } from './activity-report.ts';
import { irqReport } from './irq-report.ts';
import { describeCells } from './run-detail.ts';

/** An Orin that loses CPU 1 after its idle baseline. */
function journal() {
  const builder = new JournalBuilder(testPlan([testCell('a', { label: '5 threads', threads: 5 })]));
  const tele = { kind: 'tele' as const, intr: 0, ctxt: 0, memAvailableBytes: 0 };
  const cpus = [0, 1, 2, 3, 4, 5].map((cpu) => ({ cpu, jiffies: [0] }));
  builder.event({ ...tele, cpus, t_ns: 0, idle: { edge: 'start', ...orinTexts(0) } });
  builder.event({ ...tele, cpus, t_ns: 1e9, idle: { edge: 'end', ...orinTexts(1) } });
  const proc = [withoutCpu1(orinTexts(1)), withoutCpu1(orinTexts(5))] as const;
  builder.process({ cell: 'a', block: 0, durations_ns: around(10e6, 400), proc });
  return builder.bye();
}
const result = resultOf(journal());
const run = { runId: 'r', directory: '/d', isPartial: false, result };
const ascii = terminalOf(new PassThrough() as unknown as NodeJS.WriteStream, {}, { ascii: true });
const ofCell = (text: string) => text.split('5 threads')[1] ?? '';

test('the table of CPUs has n/a in every column of a CPU that was offline', () => {
  const cell = ofCell(cpuReport(run, ascii));
  expect(cell).toMatch(/^ +0 .*\n +1( +n\/a){13} *\n +2 /m);
  expect(ofCell(describeCells(run, ascii))).toMatch(/^ +1( +n\/a){7} *$/m);
});

test('a heat map has a mark in the place of its CPU, beside CPUs that counted nothing', () => {
  const text = interruptReport(run, ascii);
  expect(ofCell(text)).toMatch(/^ {2}TIMER .* cpu\d +\S\S -- \S\S \S\S \S\S \S\S$/m);
  expect(ofCell(text)).toMatch(/^ {2}301 .* cpu0 +## --\s*$/m);
  expect(text).toContain('- n/a (offline)');
});

test('the page says n/a: in the map of busy CPUs, in the columns of mpstat and in the rates', () => {
  const shapes = cellShapes(readJournal(journal().bytes()), pageShapes);
  const page = resultHtml({ result, shapes, note: null });
  const [, cpus = '', interrupts = ''] = page.split(/<section id="(?:cpus|interrupts)">/);
  expect(cpus).toMatch(
    /5 threads<\/th>.*?<\/td><td class="heat"[^>]*>\d+<\/td><td class="heat soft">n\/a/,
  );
  expect(cpus).toMatch(/>1<\/t[dh]>(<td class="number">n\/a<\/td>){10}/);
  expect(interrupts).toMatch(/TIMER<\/th>.*?<td class="heat soft">n\/a<\/td>/);
});

test('between two dumps a CPU that went has a mark, in softirqs too, and no share of the mean', () => {
  const tables = ({ interrupts, softirqs }: ProcTexts) => ({
    interrupts: parseCounterTable(interrupts),
    softirqs: parseCounterTable(softirqs),
  });
  const analysis = analyseDump({
    ...tables(withoutCpu1(orinTexts(5))),
    before: tables(orinTexts(0)),
  });
  expect(analysis.softirqs?.cpus).toEqual([0, 2, 3, 4, 5]);
  expect(irqReport(analysis, [], ascii)).toMatch(/^ {2}TIMER .* CPU\d .* \S\S -- \S\S/m);
});
