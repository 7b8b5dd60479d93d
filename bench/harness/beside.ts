// What a call costs around ONNX Runtime's Run, beside a model and beside none: npm run bench --
// bench/harness/beside.ts [rounds]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, quantileOfSorted, sorted } from '../../agent/contract/statistics/quantile.ts';
import type { EngineSession } from '../../agent/engine/engine.ts';
import { openEngine } from '../../agent/engine/open-engine.ts';
import { makeBuiltIn } from '../../models/built-in.ts';
import { testCell } from '../../test/support/cells.ts';
import { installedLibrary } from '../../test/support/onnxruntime-release.ts';

const engines = ['ort', 'ort-capi'] as const;
const rounds = Number(process.argv[2] ?? 30);
const models = [
  { name: 'null', shape: [1, 1], outputs: '1x1', iterations: 2000 },
  { name: 'resnet34-cifar10', shape: [1, 3, 32, 32], outputs: '1x10', iterations: 10 },
] as const;

/** Nanoseconds before, in and after Run, of one iteration of one round. */
interface Parts {
  readonly before: number;
  readonly run: number;
  readonly after: number;
  /** Of the process, for a call. */
  readonly cpu: number;
}

const directory = mkdtempSync(join(tmpdir(), 'orin-remote-beside-'));
const hook = join(directory, 'hook.so');
const steps = join(directory, 'steps');
execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', hook, resolve('bench/harness/run-hook.c')]);
execFileSync('cc', ['-O2', '-o', steps, resolve('bench/harness/steps.c'), '-ldl']);
const koffi = createRequire(import.meta.url)('koffi');
koffi.config({ sync_stack_size: 8 * 1024 * 1024, async_stack_size: 8 * 1024 * 1024 });
// The engine asks for the same, which koffi refuses once a library is loaded.
koffi.config = () => undefined;
const library = koffi.load(hook);
const base = koffi.load(installedLibrary).func('void *OrtGetApiBase()')();
const getApi = koffi.decode(
  koffi.decode(base, 0, 'void *'),
  koffi.proto('void *GetHookedApi(uint32_t version)'),
);
library.func('void hook_install(void *api)')(getApi(16));
const take = library.func('int64_t hook_take(_Out_ int64_t *entered, _Out_ int64_t *left)') as (
  entered: BigInt64Array,
  left: BigInt64Array,
) => number;

// The C interface can be loaded once in a process.
const opened = engines.map((engine) => {
  const cell = testCell('beside', 'model', [], { engine });
  const runtimePath = process.cwd();
  return { cell, engine: openEngine({ cell, storePath: directory, runtimePath, modelHashes: [] }) };
});

function sessionOf(name: (typeof engines)[number], path: string, shape: readonly number[]) {
  const found = opened.find(({ cell }) => cell.engine === name);
  if (found === undefined) throw new Error(`no engine ${name}`);
  const session = found.engine.open(found.cell, path);
  const length = shape.reduce((product, size) => product * size, 1);
  session.bind([
    { name: 'input', dtype: 'float32', shape, data: new Float32Array(length).fill(1) },
  ]);
  return session;
}

function roundOf(session: EngineSession, iterations: number): Parts {
  for (let i = 0; i < 3; i += 1) session.run();
  const clock = process.hrtime.bigint;
  const [entered, left] = [new BigInt64Array(65_536), new BigInt64Array(65_536)];
  take(entered, left);
  const began: bigint[] = [];
  const ended: bigint[] = [];
  const cpu = process.cpuUsage();
  for (let i = 0; i < iterations; i += 1) {
    began.push(clock());
    session.run();
    ended.push(clock());
  }
  const { user, system } = process.cpuUsage(cpu);
  take(entered, left);
  const between = (
    from: readonly bigint[] | BigInt64Array,
    to: readonly bigint[] | BigInt64Array,
  ) =>
    median(Array.from({ length: iterations }, (_, i) => Number((to[i] ?? 0n) - (from[i] ?? 0n))));
  return {
    before: between(began, entered),
    run: between(entered, left),
    after: between(left, ended),
    cpu: ((user + system) * 1000) / iterations,
  };
}

function quartiles(values: readonly number[]): string {
  const [low = 0, middle = 0, high = 0] = [0.25, 0.5, 0.75].map((q) =>
    quantileOfSorted(sorted(values), q),
  );
  return `${middle.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function around(name: string, parts: Readonly<Record<(typeof engines)[number], Parts[]>>): void {
  for (const engine of engines) {
    const us = (part: keyof Parts) =>
      (median(parts[engine].map((each) => each[part])) / 1e3).toFixed(2);
    console.log(
      `${name}, ${engine}: ${us('before')} µs before Run, ${us('run')} µs in it, ${us('after')} µs after it`,
    );
  }
  const ratio = (part: keyof Parts) =>
    quartiles(parts.ort.map((each, round) => each[part] / (parts['ort-capi'][round]?.[part] ?? 1)));
  console.log(`  ort / ort-capi by round [quartiles]: in Run ${ratio('run')}, CPU ${ratio('cpu')}`);
}

/** The steps of a binding in C, each against the bound call of its round. */
function inC(words: readonly string[]): void {
  const lines = execFileSync(steps, words, { encoding: 'utf8' }).trim().split('\n');
  const rows = lines.map((line) => line.split(' '));
  const ways = [...new Set(rows.map(([way = '']) => way))];
  const cpuOf = (wanted: string) =>
    new Map(rows.flatMap(([way, round, , cpu]) => (way === wanted ? [[round, Number(cpu)]] : [])));
  const first = cpuOf(ways[0] ?? '');
  for (const way of ways.slice(1)) {
    const ratios = [...cpuOf(way)].map(([round, cpu]) => cpu / (first.get(round) ?? 1));
    const faults = median(rows.filter(([each]) => each === way).map((row) => Number(row[4])));
    console.log(`  C, ${way} / ${ways[0]}: CPU ${quartiles(ratios)}, ${faults} page faults a call`);
  }
}

for (const { name, shape, outputs, iterations } of models) {
  const path = join(directory, `${name}.onnx`);
  writeFileSync(path, makeBuiltIn(name));
  const sessions = engines.map((engine) => ({ engine, session: sessionOf(engine, path, shape) }));
  const parts: Record<(typeof engines)[number], Parts[]> = { ort: [], 'ort-capi': [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const { engine, session } of round % 2 === 0 ? sessions : sessions.toReversed()) {
      parts[engine].push(roundOf(session, iterations));
    }
  }
  around(name, parts);
  inC([installedLibrary, path, shape.join('x'), outputs, String(rounds), String(iterations)]);
}
rmSync(directory, { recursive: true });
