import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WorkerJob } from '../channel/messages.ts';
import type { EventOf, JournalEvent } from '../contract/events.ts';
import type { Cell } from '../contract/plan.ts';
import { decodeLine } from '../contract/wire.ts';
import { Clock } from '../process/clock.ts';
import type { HangLimits } from '../process/watchdog.ts';
import { CellProcess } from './cell-process.ts';
import { Journal } from './journal.ts';
import { LibraryHashes } from './library-hashes.ts';

/** What a worker may do wrong, as programs that speak its protocol. */
const prelude = `
  const fs = require('node:fs');
  const frame = (type, payload) => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(type, 0);
    head.writeUInt32LE(payload.length, 4);
    fs.writeSync(3, Buffer.concat([head, payload]));
  };
  const json = (message) => frame(1, Buffer.from(JSON.stringify(message)));
  const samples = (first, durations) => {
    const starts = durations.map((_, i) => 1000 * (first + i));
    const numbers = [first, durations.length, 0, 1, ...starts, ...durations];
    frame(2, Buffer.from(new Float64Array(numbers).buffer));
  };
`;
const ready = "json({ kind: 'ready', cpusAllowed: '0' });\n";

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cell-process-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

interface RunOptions {
  readonly signal?: AbortSignal;
  readonly affinity?: string;
  readonly limits?: Partial<HangLimits>;
  /** It does not say by itself that it is ready. */
  readonly isSilent?: boolean;
}

async function run(program: string, options: RunOptions = {}) {
  const { signal, affinity, limits, isSilent = false } = options;
  const agentFile = join(directory, 'agent.cjs');
  writeFileSync(agentFile, prelude + (isSilent ? '' : ready) + program);
  const journal = new Journal(join(directory, 'journal'), () => {});
  const job = { cell: { id: 'cell', affinity: affinity ?? null } as Cell } as WorkerJob;
  const worker = new CellProcess(3, 1, job, {
    journal,
    clock: new Clock(),
    runtime: { nodePath: process.execPath, agentFile, path: directory, account: process.env },
    dieWithParent: [],
    libraries: new LibraryHashes(),
    hangLimits: { firstIterationMs: 30_000, silenceMs: 1000, slowestFactor: 20, ...limits },
  });
  const result = await worker.run(signal ?? new AbortController().signal);
  journal.flush();
  const events = readFileSync(join(directory, 'journal'), 'utf8').trim().split('\n').map(decoded);
  const end = events.find((event): event is EventOf<'process-end'> => event.kind === 'process-end');
  const start = events.find((event): event is EventOf<'process'> => event.kind === 'process');
  return { result, events, end, pid: start?.pid ?? 0 };
}

function decoded(line: string): JournalEvent {
  const read = decodeLine(line);
  if (!read.ok) throw new Error(`${read.problem}: ${line}`);
  return read.event;
}

test('steady iterations are those after the phase of that name; the median is of them alone', async () => {
  const { result, end } = await run(`
    samples(0, [900, 800, 700]);
    json({ kind: 'phase', t_ns: 5, phase: 'steady' });
    samples(3, [100, 120]);
    samples(5, [110]);
    json({ kind: 'done', outcome: 'ok', stop: 'precise', message: '' });
  `);
  expect(result).toEqual({
    outcome: 'ok',
    median_ns: 110,
    settledMs: 0,
    isMovedBack: false,
    hasOtherCpus: false,
    built_ns: 0,
  });
  expect(end).toMatchObject({ iterations: 6, warmUpIterations: 3, stop: 'precise', exitCode: 0 });
});

test('a worker that falls silent is ended, with the reason, and what it measured stays', async () => {
  const { result, end, pid } = await run(`
    samples(0, [900, 800]);
    process.stderr.write('stuck in \\u001b[31mred');
    setInterval(() => {}, 1000);
  `);
  expect(result.outcome).toBe('killed');
  expect(end).toMatchObject({ signal: 'SIGKILL', iterations: 2 });
  expect(end?.message).toBe('no sign of life for 1 s\nstuck in red');
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});

test('a worker that is stopped is ended too', async () => {
  const { end, pid } = await run(`samples(0, [900]); process.kill(process.pid, 'SIGSTOP');`);
  expect(end).toMatchObject({ outcome: 'killed', signal: 'SIGKILL', iterations: 1 });
  expect(end?.message).toBe('no sign of life for 1 s');
  expect(existsSync(`/proc/${pid}`)).toBe(false);
});

test('an exception in the worker is told in its own words, with what was measured', async () => {
  const { end } = await run(`samples(0, [900]); throw new Error('out of \\u001b[1mideas');`);
  expect(end).toMatchObject({ outcome: 'crashed', exitCode: 1, signal: null, iterations: 1 });
  expect(end?.message).toMatch(/^exit code 1\n.*Error: out of ideas\n/s);
});

test('a worker that never begins is ended by the longer limit', async () => {
  const { end } = await run('setInterval(() => {}, 1000);', { limits: { firstIterationMs: 2000 } });
  expect(end?.message).toBe('no sign of life for 2 s');
});

test('a worker that keeps reporting is never taken for hung', async () => {
  const { result } = await run(`
    samples(0, [100]);
    let n = 1;
    const timer = setInterval(() => {
      samples(n, [100]);
      n += 1;
      if (n < 30) return;
      clearInterval(timer);
      json({ kind: 'done', outcome: 'ok', stop: 'precise', message: '' });
    }, 50);
  `);
  expect(result.outcome).toBe('ok');
});

test('a crash carries the last lines of stderr, bounded and clean', async () => {
  const { end } = await run(`
    for (let i = 0; i < 5000; i += 1) console.error('line ' + i + '\\u0007');
    process.exitCode = 9;
  `);
  expect(end).toMatchObject({ outcome: 'crashed', exitCode: 9 });
  expect(end?.message.split('\n')).toEqual([
    'exit code 9',
    ...Array.from({ length: 12 }, (_, i) => `line ${4988 + i}`),
  ]);
});

test('a report that is none of ours ends the worker', async () => {
  const { end } = await run(
    `fs.writeSync(3, Buffer.alloc(64, 0xff)); setInterval(() => {}, 1000);`,
  );
  expect(end?.outcome).toBe('killed');
  expect(end?.message).toContain('cannot read its report: frame of 4294967295 bytes');
});

test.each([
  ['a stop that is none', "{ outcome: 'ok', stop: 'bored', message: '' }", 'stop'],
  ['no message', "{ outcome: 'ok', stop: 'precise' }", 'message'],
  ['an outcome of ours', "{ outcome: 'killed', stop: null, message: '' }", 'outcome'],
])('an end with %s is none', async (_, done, what) => {
  const { end } = await run(`
    samples(0, [900]);
    json({ kind: 'done', ...${done} });
    setInterval(() => {}, 1000);
  `);
  expect(end).toMatchObject({ outcome: 'killed', iterations: 1, stop: null });
  expect(end?.message).toContain(`cannot read its report: ${what}`);
});

test.each(['NaN', '-5', '0.5'])('a duration of %s ns is not written', async (value) => {
  const { end, events } = await run(`samples(0, [900, ${value}]); setInterval(() => {}, 1000);`);
  expect(end).toMatchObject({ outcome: 'killed', iterations: 0 });
  expect(end?.message).toContain('cannot read its report: batch of numbers');
  expect(events.map(({ kind }) => kind)).not.toContain('iter');
});

test('a process whose CPUs are no text is announced all the same', async () => {
  const { end, events } = await run(
    `json({ kind: 'ready', cpusAllowed: 7 }); setInterval(() => {}, 1000);`,
    { isSilent: true },
  );
  expect(events[0]).toMatchObject({ kind: 'process', cpusAllowed: '' });
  expect(end?.message).toContain('cannot read its report: cpusAllowed');
});

test('cancelling lets it finish what it is at', async () => {
  const stop = new AbortController();
  const running = run(
    `process.on('SIGTERM', () => {
       samples(0, [5]);
       json({ kind: 'done', outcome: 'cancelled', stop: 'cancelled', message: '' });
       process.exit(0);
     });
     setInterval(() => {}, 1000);`,
    { signal: stop.signal },
  );
  setTimeout(() => stop.abort(), 300);
  const { end } = await running;
  expect(end).toMatchObject({ outcome: 'cancelled', iterations: 1, stop: 'cancelled' });
});

test.each([
  [false, 7e9],
  [true, 0],
])('of an engine in the cache (%s) it took %d ns to build', async (isCached, built_ns) => {
  const { result } = await run(`
    json({ kind: 'trtexec', t_ns: 5, version: '10.3.0', timed: 'h2d+compute+d2h', warnings: [],
      build: { isCached: ${isCached}, duration_ns: 7e9, engineBytes: 1 },
      stages: { h2d_ns: 1, compute_ns: 1, d2h_ns: 1 } });
    json({ kind: 'done', outcome: 'ok', stop: 'process-budget', message: '' });
  `);
  expect(result.built_ns).toBe(built_ns);
});

test('an affinity that the board does not have is an error in the words of taskset', async () => {
  const { end } = await run('', { affinity: '4000' });
  expect(end?.outcome).toBe('crashed');
  expect(end?.message).toMatch(/taskset/);
});
