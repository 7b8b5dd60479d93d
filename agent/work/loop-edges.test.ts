import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Clock } from '../process/clock.ts';
import { endsLoop, LoopEdges } from './loop-edges.ts';

const clock = new Clock(process.hrtime.bigint());

test('the edges are after the warm-up and at the end of the loop, read once each', async () => {
  const loop = new LoopEdges(clock, '/');
  const began_ns = clock.now_ns();
  loop.begin(50);
  await sleep(120);
  loop.end();
  const ended_ns = clock.now_ns();
  // Its report follows, in several lines of which each would end a loop.
  loop.end();
  loop.stop();
  const [start, end, ...more] = loop.events();
  expect([start?.edge, end?.edge, more]).toEqual(['steady-start', 'steady-end', []]);
  expect(start?.t_ns).toBeGreaterThanOrEqual(began_ns + 49e6);
  expect(end?.t_ns).toBeLessThanOrEqual(ended_ns);
  expect(end?.stat).toMatch(/^cpu /);
});

test('a loop that ends in its warm-up, or whose end is not said, has no edges', async () => {
  const early = new LoopEdges(clock, '/');
  early.begin(30);
  early.end();
  const silent = new LoopEdges(clock, '/');
  silent.begin(0);
  await sleep(80);
  silent.stop();
  expect(early.events()).toEqual([]);
  expect(silent.events()).toEqual([]);
});

test.each([
  '[05/13/2025-10:36:46] [I] Warmup completed 68 queries over 200 ms',
  '[05/13/2025-10:36:46] [I] Timing trace has 1018 queries over 3.00847 s',
  '[05/13/2025-10:36:46] [I] === Performance summary ===',
])('a loop has ended at %j', (line) => {
  expect(line).toMatch(endsLoop);
  expect('[05/13/2025-10:36:46] [I] Starting inference').not.toMatch(endsLoop);
});
