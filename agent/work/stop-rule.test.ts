import { expect, test } from 'vitest';
import type { Cell, Effort } from '../contract/plan.ts';
import { processLimits, StopRule } from './stop-rule.ts';

const effort: Effort = {
  name: 'default',
  minBlocks: 5,
  maxBlocks: 20,
  processBudgetMs: 10_000,
  warmUp: { minIterations: 10, minMs: 2000, capMs: 60_000, capShare: 0.3 },
  minIterations: 100,
  maxIterations: 5000,
  precision: 0.01,
  totalBudgetMs: null,
  imagesPerPass: null,
};
const cell = { purpose: 'measure', batch: 4 } as Cell;
const limits = processLimits(cell, effort, 0);

function quiet(n: number, centre_ns: number): Float64Array {
  // An irregular sequence within 0.1 % of the centre.
  return Float64Array.from(
    { length: n },
    (_, i) => centre_ns * (1 + (((i * 7919) % 101) - 50) * 1e-5),
  );
}

/** A plateau and then another: half the values say one thing, half the other. */
function twoModes(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => (i % 2 ? 1e6 : 2e6));
}

test('a quiet process stops as precise at its hundredth iteration, not before', () => {
  const rule = new StopRule(limits, 0);
  const asked: number[] = [];
  let stop = null;
  while (stop === null) {
    asked.push(rule.nextCheck);
    stop = rule.decide(quiet(rule.nextCheck, 2e6), 1e9);
  }
  expect(stop).toBe('precise');
  expect(asked[0]).toBe(30);
  expect(asked.at(-1)).toBeGreaterThanOrEqual(100);
  expect(asked.at(-1)).toBeLessThanOrEqual(125);
});

test('slow iterations may be precise with thirty of them', () => {
  expect(new StopRule(limits, 0).decide(quiet(30, 150e6), 6e9)).toBe('precise');
  expect(new StopRule(limits, 0).decide(quiet(30, 50e6), 3e9)).toBeNull();
});

test('fast iterations go on for half a second or to the largest number, however precise they are', () => {
  const rule = new StopRule(limits, 2e9);
  expect(rule.decide(quiet(1000, 20e3), 2e9 + 20e6)).toBeNull();
  expect(rule.decide(quiet(5000, 20e3), 2e9 + 100e6)).toBe('max-iterations');
  const slower = new StopRule(limits, 2e9);
  expect(slower.decide(quiet(499, 1e6), 2.499e9)).toBeNull();
  expect(slower.decide(quiet(slower.nextCheck, 1e6), 2.624e9)).toBe('precise');
});

test('precision is looked at when the number has grown by a quarter', () => {
  const rule = new StopRule(limits, 0);
  rule.decide(twoModes(100), 1e9);
  expect(rule.nextCheck).toBe(125);
  expect(rule.decide(quiet(124, 2e6), 1e9)).toBeNull();
  expect(rule.decide(quiet(125, 2e6), 1e9)).toBe('precise');
});

test('without precision the budget or the largest number ends it', () => {
  const rule = new StopRule(limits, 0);
  expect(rule.decide(twoModes(200), 9.9e9)).toBeNull();
  expect(rule.decide(twoModes(201), 10e9)).toBe('process-budget');
  expect(rule.decide(twoModes(5000), 9e9)).toBe('max-iterations');
  for (let i = 0; i < 50; i += 1) rule.decide(twoModes(rule.nextCheck), 0);
  expect(rule.nextCheck).toBe(5000);
});

test('passes are whole, at least one, and another only where it fits', () => {
  const passes = processLimits(cell, { ...effort, imagesPerPass: 10_001 }, 0);
  expect(passes.passIterations).toBe(2501);
  const rule = new StopRule(passes, 2e9);
  expect(rule.decide(quiet(2000, 1e6), 60e9)).toBeNull();
  expect(new StopRule(passes, 2e9).decide(quiet(2501, 1e6), 60e9)).toBe('passes');
  expect(rule.nextCheck).toBe(2501);
  expect(rule.decide(quiet(2501, 1e6), 5e9)).toBeNull();
  expect(rule.nextCheck).toBe(5002);
  expect(rule.decide(quiet(5002, 1e6), 8e9)).toBe('passes');
});

test('a calibration takes all its iterations after a short warm-up and never measures passes', () => {
  const own = processLimits(
    { ...cell, purpose: 'calibration' },
    { ...effort, imagesPerPass: 100 },
    6000,
  );
  expect(own).toMatchObject({ minIterations: 5000, passIterations: null });
  expect(own.warmUp.minMs).toBeLessThan(limits.warmUp.minMs);
  expect(limits.warmUp.capMs).toBe(3000);
});

test('a process that must last longer goes on, also beyond the most iterations', () => {
  const rule = new StopRule(processLimits(cell, effort, 6000), 0);
  expect(rule.decide(quiet(100, 1e6), 3e9)).toBeNull();
  expect(rule.decide(quiet(5000, 1e6), 5e9)).toBeNull();
  expect(rule.nextCheck).toBeGreaterThan(5000);
  expect(rule.decide(quiet(5900, 1e6), 5.9e9)).toBeNull();
  expect(rule.decide(quiet(6000, 1e6), 6e9)).toBe('max-iterations');
  expect(rule.decide(quiet(100, 1e6), 10e9)).toBe('process-budget');
});
