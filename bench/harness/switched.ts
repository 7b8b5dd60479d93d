// What a call of engine ort costs beside ResNet-34 over the C interface, and whether a switch of
// V8, a worker thread or garbage collection has to do with it: npx tsx bench/harness/switched.ts
// [rounds]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { median } from '../../agent/contract/statistics/quantile.ts';
import { comparePaired } from '../../host/analysis/statistics/compare-paired.ts';
import { makeBuiltIn } from '../../models/built-in.ts';
import type { Job, Measured, Way } from './switched-process.ts';

/** The first is what the others are held against. */
const ways: Readonly<Record<string, Way>> = {
  'ort-capi': { engine: 'ort-capi' },
  ort: { engine: 'ort' },
  'ort, in a worker thread': { engine: 'ort', inWorker: true },
  'ort, new space of 128 MB': { engine: 'ort', flags: ['--max-semi-space-size=128'] },
  'ort, garbage collected between iterations': {
    engine: 'ort',
    flags: ['--expose-gc'],
    collects: true,
  },
  'ort, V8 in one thread': { engine: 'ort', flags: ['--single-threaded'] },
  'ort, without compilers': { engine: 'ort', flags: ['--jitless', '--no-expose-wasm'] },
};

/** The process as one file that Node runs without help, in worker threads too. */
function bundled(directory: string): string {
  const outfile = join(directory, 'switched.mjs');
  const home = JSON.stringify(`${process.cwd()}/`);
  const banner = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(${home});`;
  buildSync({
    entryPoints: [resolve('bench/harness/switched-process.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: banner },
    outfile,
  });
  return outfile;
}

function oneProcess(way: Way, program: string, modelPath: string): Measured {
  const job = JSON.stringify({ ...way, modelPath } satisfies Job);
  const words = [...(way.flags ?? []), program, job];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' }));
}

function compareRounds(rounds: number): void {
  const directory = mkdtempSync(join(tmpdir(), 'orin-remote-switched-'));
  const modelPath = join(directory, 'model.onnx');
  writeFileSync(modelPath, makeBuiltIn('resnet34-cifar10'));
  const program = bundled(directory);
  const names = Object.keys(ways);
  const found = new Map(names.map((name) => [name, [] as Measured[]]));
  const load: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Rotated: each way follows each other one as often.
    for (const name of [
      ...names.slice(round % names.length),
      ...names.slice(0, round % names.length),
    ]) {
      const way = ways[name];
      if (way !== undefined) found.get(name)?.push(oneProcess(way, program, modelPath));
    }
    load.push(loadavg()[0] ?? 0);
  }
  rmSync(directory, { recursive: true });
  console.log(
    `${rounds} rounds, load ${Math.min(...load).toFixed(1)} to ${Math.max(...load).toFixed(1)}`,
  );
  const [first = ''] = names;
  for (const name of names) {
    const own = found.get(name) ?? [];
    const ratio = (figure: 'wall_ns' | 'cpu_ns') => {
      const pairs = own.map((each, at) => ({
        a: found.get(first)?.[at]?.[figure] ?? Number.NaN,
        b: each[figure],
      }));
      const compared = comparePaired(pairs, 0);
      if (name === first || compared === null) return '1';
      const { lo, hi } = compared;
      return `${compared.ratio.toFixed(3)} [${lo.toFixed(3)}, ${hi.toFixed(3)}]`;
    };
    const ms = (median(own.map(({ wall_ns }) => wall_ns)) / 1e6).toFixed(2);
    const collections = median(own.map((each) => each.collections));
    console.log(
      `  ${name.padEnd(42)} ${ms} ms, over ${first}: time ${ratio('wall_ns')}, CPU ${ratio('cpu_ns')}; ${collections} collections`,
    );
  }
}

compareRounds(Number(process.argv[2] ?? 14));
