import { expect, test } from 'vitest';
import type { EngineSession } from '../engine/engine.ts';
import { Clock } from '../process/clock.ts';
import { Measurement } from './measurement.ts';
import type { Reporter } from './reporter.ts';
import type { SteadyEdges } from './steady-edges.ts';

const limits = {
  warmUp: { minIterations: 1, minMs: 0, capMs: 1 },
  budgetMs: 60_000,
  leastMs: 0,
  minIterations: 3,
  maxIterations: 3,
  precision: 0.01,
  passIterations: null,
};

/**
 * How each iteration is run whose duration, in milliseconds, is the next of these; the last one
 * goes on for ever.
 */
async function waysOf(durationsMs: readonly number[], canBeAsync = true): Promise<string[]> {
  const ways: string[] = [];
  const spend = (way: string) => {
    const ms = durationsMs[Math.min(ways.length, durationsMs.length - 1)] ?? 0;
    ways.push(way);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  };
  const session: EngineSession = {
    bind: () => {},
    run: () => spend('blocking'),
    ...(canBeAsync && { runAsync: async () => spend('async') }),
    outputs: () => [],
    close: () => {},
  };
  const nothing = () => {};
  const edges: Partial<SteadyEdges> = { firstIteration: nothing, begin: nothing, end: nothing };
  const reporter: Partial<Reporter> = { samples: nothing, garbageCollections: nothing };
  const clock = new Clock(process.hrtime.bigint());
  await new Measurement(
    { session, origin_ns: clock.origin_ns, feeder: null, score: null },
    limits,
    { clock, reporter: reporter as Reporter, edges: edges as SteadyEdges },
    new AbortController().signal,
  ).run();
  return ways;
}

test('after a long iteration the next leaves the thread free, after a short one it blocks again', async () => {
  const ways = await waysOf([300, 300, 1]);
  expect(ways.slice(0, 3)).toEqual(['blocking', 'async', 'async']);
  expect(new Set(ways.slice(3))).toEqual(new Set(['blocking']));
});

test('a first iteration that is long alone puts no later one but the second aside', async () => {
  const ways = await waysOf([300, 1]);
  expect(ways.slice(0, 2)).toEqual(['blocking', 'async']);
  expect(new Set(ways.slice(2))).toEqual(new Set(['blocking']));
});

test('an engine that can only block, blocks', async () => {
  expect(new Set(await waysOf([300, 300, 1], false))).toEqual(new Set(['blocking']));
});
