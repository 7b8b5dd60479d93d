import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { edgeSnapshot } from '../../host/journal/tele-collector.ts';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { resultOf } from '../../test/support/journal-runs.ts';
import { terminalOf } from '../terminal/terminal.ts';
import { activitySummary, cpuReport, interruptReport } from './activity-report.ts';

const read = (n: number, file: string) =>
  readFileSync(new URL(`../../test/fixtures/proc/replay/A/${n}/${file}`, import.meta.url), 'utf8');
const texts = (n: number) => ({
  stat: read(n, 'stat'),
  interrupts: read(n, 'interrupts'),
  softirqs: read(n, 'softirqs'),
});

/** An Orin, idle for the frames 0 to 1, measured over the frames 1 to 5. */
function orinRun() {
  const counters = { cpus: [], intr: 0, ctxt: 0, memAvailableBytes: 0 };
  const builder = new JournalBuilder(testPlan([testCell('a', { label: '6 threads', threads: 6 })]));
  const tele = { kind: 'tele' as const, ...counters };
  builder.event({ ...tele, t_ns: 0, link: { interface: 'eth0', interrupts: [] } });
  builder.event({ ...tele, t_ns: 0, idle: { edge: 'start', ...texts(0) } });
  builder.event({ ...tele, t_ns: 1e9, idle: { edge: 'end', ...texts(1) } });
  builder.process({
    cell: 'a',
    block: 0,
    durations_ns: around(10e6, 400),
    proc: [texts(1), texts(5)],
  });
  return resultOf(builder.bye());
}
const result = orinRun();
const run = { runId: 'r', directory: '/d', isPartial: false, result };
const terminal = (ascii: boolean) =>
  terminalOf(new PassThrough() as unknown as NodeJS.WriteStream, {}, { ascii });

test('the frames are as the report needs them', () => {
  expect(edgeSnapshot(0, texts(0)).interrupts.cpus).toEqual([0, 1, 2, 3, 4, 5]);
});

test('interrupts stand with their names, beside idle, on their CPU; our own traffic is named', () => {
  const text = interruptReport(run, terminal(false));
  const [idle = '', cell = ''] = text.split('6 threads (a)');
  expect(idle).toContain('before the first process, idle');
  expect(idle).not.toContain('idle /s');
  expect(cell).toMatch(/^ {2}id +interrupt +\/s +idle \/s +share +max\/mean +busiest/m);
  expect(cell).toMatch(/^ {2}301 +eth0 \(our SSH\) .* cpu0 +██$/m);
  expect(cell).toMatch(/host_syncpt \(GPU\)/);
  expect(cell).toMatch(/^ {2}NET_RX /m);
  const plain = interruptReport(run, terminal(true));
  expect(plain).toMatch(/^[\x20-\x7e\n]+$/);
  expect(plain).toMatch(/^ {2}301 .* cpu0 +##$/m);
});

test('CPU use has all ten columns of mpstat, and what our own agent took', () => {
  const text = cpuReport(run, terminal(true));
  const columns = '%usr %nice %sys %iowait %irq %soft %steal %guest %gnice %idle'.split(' ');
  expect(text).toMatch(new RegExp(columns.join(' +')));
  expect(text).toContain('our own agent');
  expect(text).toMatch(
    /interrupts\/s \(idle [\d.]+\), [\d.]+ context switches\/s \(idle [\d.]+\); CPUs [\d.]+ % busy \(idle [\d.]+ %\)/,
  );
  expect(text).toMatch(/^[\x20-\x7e\n]+$/);
});

test('one line says how busy, which CPU most, and how many interrupts against idle', () => {
  const [cell] = result.cells;
  if (cell === undefined) throw new Error('no cell');
  expect(activitySummary(cell, result.idle)).toMatch(
    /^CPUs \d+ % busy \(cpu\d \d+ %(?:, hot)?\) · irq [\d.]+k?\/s \(idle [\d.]+k?\/s\), most on cpu0 \(.+\) · softirq [\d.]+k?\/s \(idle [\d.]+k?\/s\), most on cpu\d \([A-Z_]+\)$/,
  );
  expect(activitySummary({ ...cell, activity: null }, null)).toBeNull();
  const { activity } = cell;
  if (activity === null) throw new Error('no activity');
  const busy = activity.cpus.map((cpu) => ({ ...cpu, idle: cpu.cpu === 1 ? 2 : 60, iowait: 0 }));
  const hot = activitySummary({ ...cell, activity: { ...activity, cpus: busy } }, null);
  expect(hot).toContain('(cpu1 98 %, hot) · irq ');
});
