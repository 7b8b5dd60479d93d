import { expect, test } from 'vitest';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { terminalLike } from '../../../test/support/frames.ts';
import { liveEvents, liveState } from '../../../test/support/live-run.ts';
import { themeFor } from '../../terminal/theme.ts';
import { cpuLines, cpuSummary } from './cpu-lines.ts';
import { irqLines } from './irq-lines.ts';
import { metricsLines } from './metrics-page.ts';

const theme = themeFor(terminalLike({ isUnicode: false }));
const size = { columns: 120, rows: 30 };

/** A reading of these CPUs, each busy for 40 of 100 jiffies a second. */
const reading = (t_s: number, cpus: readonly number[]) => ({
  kind: 'tele' as const,
  seq: 0,
  t_ns: t_s * 1e9,
  cpus: cpus.map((cpu) => ({ cpu, jiffies: [40 * t_s, 0, 0, 60 * t_s, 0, 0, 0, 0, 0, 0] })),
  intr: 0,
  ctxt: 0,
  memAvailableBytes: 0,
  counted: {
    interrupts: {
      cpus: [...cpus],
      rows: [{ id: cleanLine('13'), counts: cpus.map(() => 100 * t_s) }],
    },
    softirqs: {
      cpus: [0, 1, 2],
      rows: [
        { id: cleanLine('TIMER'), counts: [0, 1, 2].map((cpu) => (cpu === 1 ? 7 : 50 * t_s)) },
      ],
    },
  },
});
const state = liveState(
  liveEvents([
    reading(40, [0, 1, 2]),
    reading(41, [0, 1, 2]),
    reading(42, [0, 2]),
    reading(43, [0, 2]),
  ]),
);

test('a CPU that went offline keeps its row, of n/a', () => {
  const lines = cpuLines(state, size, theme);
  expect(lines[1]).toMatch(/^[ *] {2}0 .*40\.0.* 100$/);
  expect(lines[2]).toMatch(/^ {3}1 n\/a *$/);
  expect(lines[3]).toMatch(/^[ *] {2}2 .*40\.0.* 100$/);
  expect(metricsLines(state, 120, theme).join('\n')).toMatch(/^ {3}1 n\/a/m);
});

test('its place in the heat map has a mark, of softirqs too, whose rows keep its column', () => {
  const lines = irqLines(state, size, theme);
  expect(lines[0]).toMatch(/ 012 .*- offline, n\/a/);
  expect(lines.filter((line) => / #-# /.test(line))).toHaveLength(1);
  expect(lines.filter((line) => /softirq TIMER +\S-\S /.test(line))).toHaveLength(1);
});

test('without one CPU that was online all the while no CPU is the busiest', () => {
  const gone = liveState(liveEvents([reading(40, [0]), reading(41, [])]));
  expect(cpuSummary(gone, 80, theme)).not.toContain('most on');
  expect(cpuLines(gone, size, theme).join('\n')).toMatch(/^ {3}0 n\/a/m);
});
