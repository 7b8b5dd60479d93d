import { expect, test } from 'vitest';
import { WarmUpDetector } from './warm-up.ts';

const rule = { minIterations: 10, minMs: 2000, capMs: 3000 };

/**
 * Feeds durations (milliseconds) back to back; the index of the iteration that ended the warm-up.
 */
function feed(detector: WarmUpDetector, durationMs: (i: number) => number, most: number): number {
  let elapsed_ns = 0;
  for (let i = 0; i < most; i += 1) {
    const duration_ns = durationMs(i) * 1e6;
    elapsed_ns += duration_ns;
    if (detector.add(duration_ns, elapsed_ns)) return i;
  }
  return -1;
}

test('steady from the start: warm as soon as the minimum time is over', () => {
  const detector = new WarmUpDetector(rule);
  expect(feed(detector, () => 10, 1000)).toBe(199);
  expect(detector.reason).toBe('settled');
  expect(detector.iterations).toBe(200);
});

test('thirty slow iterations at the start are waited out', () => {
  const detector = new WarmUpDetector({ ...rule, capMs: 60_000 });
  const last = feed(detector, (i) => (i < 30 ? 60 : 10), 5000);
  expect(detector.reason).toBe('settled');
  // Three whole windows of half a second at the new level.
  expect(last).toBeGreaterThanOrEqual(30 + 150 - 1);
  expect(last).toBeLessThan(30 + 250);
});

test('a series that never settles ends at the cap and says so', () => {
  const detector = new WarmUpDetector(rule);
  const last = feed(detector, (i) => 10 * 1.001 ** i, 5000);
  expect(last).toBeGreaterThan(0);
  expect(detector.reason).toBe('cap');
});

test('iterations longer than the cap end it at once', () => {
  const detector = new WarmUpDetector(rule);
  expect(feed(detector, () => 5000, 10)).toBe(0);
  expect(detector.reason).toBe('cap');
});

test('microsecond iterations do not pile up', () => {
  const detector = new WarmUpDetector(rule);
  const last = feed(detector, (i) => (i % 2 === 0 ? 0.02 : 0.0201), 1_000_000);
  expect(detector.reason).toBe('settled');
  expect(last).toBeGreaterThan(90_000);
});

test('a short process has windows that fit its cap', () => {
  const detector = new WarmUpDetector({ ...rule, capMs: 900 });
  expect(feed(detector, () => 1, 5000)).toBe(599);
  expect(detector.reason).toBe('settled');
});

test('once warm it stays warm and counts no further', () => {
  const detector = new WarmUpDetector(rule);
  feed(detector, () => 10, 1000);
  expect(detector.add(99e6, 1e12)).toBe(true);
  expect(detector.iterations).toBe(200);
});
