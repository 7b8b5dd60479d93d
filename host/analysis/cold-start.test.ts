import { expect, test } from 'vitest';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { EventOf } from '../../agent/contract/events.ts';
import { GrowableColumn } from '../journal/growable-column.ts';
import type { Phase, ProcessData } from '../journal/journal-data.ts';
import { coldStart } from './cold-start.ts';

const ms = 1e6;

/** A process of trtexec: 30 ms until it was known, an engine for 4 s, 200 ms to load it. */
function process(build: EventOf<'trtexec'>['build']): ProcessData {
  const phases = new Map<Phase, number>([
    ['runtime-loaded', 130 * ms],
    ['session-created', 4330 * ms],
    ['steady', 4330 * ms],
  ]);
  return {
    process: 0,
    cell: 'trt',
    block: 0,
    spawn_ns: 100 * ms,
    cpusAllowed: '0',
    scheduling: null,
    variables: [],
    cpusOnline: new Set(),
    libraries: null,
    phases,
    builtBefore: new Set(),
    ortVersion: null,
    iterations: {
      start_ns: new GrowableColumn(),
      duration_ns: new GrowableColumn(),
      preempted: new Map(),
      faults: new Map(),
    },
    collections: [],
    threads: null,
    start: null,
    end: null,
    output: null,
    trtexec: {
      seq: 0,
      kind: 'trtexec',
      t_ns: 0,
      process: 0,
      version: cleanLine('8.5.2'),
      timed: cleanLine('h2d+compute+d2h'),
      build,
      stages: { h2d_ns: 1, compute_ns: 1, d2h_ns: 1 },
      warnings: [],
    },
    ended: null,
  };
}

/**
 * A process of TensorRT under ONNX Runtime: its session after so long, its first iteration after so
 * much longer.
 */
function ortProcess(
  sessionMs: number,
  firstMs: number,
  builtBefore: readonly Phase[],
): ProcessData {
  const phases = new Map<Phase, number>([
    ['runtime-loaded', 130 * ms],
    ['session-created', (130 + sessionMs) * ms],
    ['first-iteration', (130 + sessionMs + firstMs) * ms],
    ['steady', (230 + sessionMs + firstMs) * ms],
  ]);
  const duration_ns = new GrowableColumn();
  duration_ns.push(firstMs * ms);
  const base = process({ isCached: true, duration_ns: 0, engineBytes: 0 });
  const iterations = { ...base.iterations, duration_ns };
  return { ...base, phases, iterations, trtexec: null, builtBefore: new Set(builtBefore) };
}

test('an engine that ONNX Runtime builds is told apart, in whichever stage it did', () => {
  const found = [ortProcess(200, 10, []), ortProcess(220, 12, [])];
  expect(coldStart([ortProcess(9210, 11, ['session-created']), ...found])).toMatchObject({
    runtime_loaded_to_session_created_ns: 210 * ms,
    first_iteration_ns: 11 * ms,
    spawn_to_steady_ns: (30 + 100 + 221) * ms,
    engine_build_ns: 9000 * ms,
  });
  expect(coldStart([ortProcess(210, 7011, ['first-iteration']), ...found])).toMatchObject({
    runtime_loaded_to_session_created_ns: 210 * ms,
    session_created_to_first_iteration_ns: 11 * ms,
    first_iteration_ns: 11 * ms,
    engine_build_ns: 7000 * ms,
  });
  // Alone, it is known with what stands in the same stage only.
  expect(coldStart([ortProcess(9210, 11, ['session-created'])])).toMatchObject({
    runtime_loaded_to_session_created_ns: null,
    engine_build_ns: 9210 * ms,
  });
  expect(coldStart(found)).toMatchObject({ engine_build_ns: null });
});

test.each([
  ['built', { isCached: false, duration_ns: 3900 * ms, preparing_ns: 4000 * ms }],
  ['found and verified', { isCached: true, duration_ns: 3900 * ms, preparing_ns: 4000 * ms }],
  ['built, by an agent that told no more', { isCached: false, duration_ns: 4000 * ms }],
])('an engine that was %s is in no figure of the cold start', (_how, build) => {
  expect(coldStart([process({ ...build, engineBytes: 1 })])).toMatchObject({
    spawn_to_runtime_loaded_ns: 30 * ms,
    runtime_loaded_to_session_created_ns: 200 * ms,
    engine_build_ns: null,
    spawn_to_steady_ns: 230 * ms,
  });
});
