import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { median, quantileOfSorted, sorted } from '../../agent/contract/statistics/quantile.ts';
import { makeBuiltIn } from '../../models/built-in.ts';
import { installedLibrary } from '../../test/support/onnxruntime-release.ts';
import { type VariantJob, type Way, ways } from './ways.ts';

const rounds = 9;
/**
 * More than the second-level cache of the machines at hand; a ResNet-34 sweeps through ten times as
 * much.
 */
const walkBytes = 8 * 1024 * 1024;

interface Measured {
  readonly title: string;
  readonly model: Parameters<typeof makeBuiltIn>[0];
  readonly job: Omit<VariantJob, 'way' | 'modelPath'>;
}

const measured: readonly Measured[] = [
  { title: 'null, hot', model: 'null', job: job([1, 1], [1, 1], 20_000, 20_000) },
  { title: 'null, caches cold', model: 'null', job: job([1, 1], [1, 1], 200, 1000, walkBytes) },
  { title: 'mlp-tiny', model: 'mlp-tiny', job: job([1, 784], [1, 10], 5000, 10_000) },
  {
    title: 'resnet34-cifar10',
    model: 'resnet34-cifar10',
    job: job([1, 3, 32, 32], [1, 10], 50, 200),
  },
];

function job(
  inputShape: readonly number[],
  outputShape: readonly number[],
  warmUp: number,
  iterations: number,
  walked = 0,
): Measured['job'] {
  return { inputShape, outputShape, warmUp, iterations, walkBytes: walked };
}

/** Compiles the loop in C; null, with the reason printed, where there is no compiler. */
function compiledLoop(directory: string): string | null {
  const program = join(directory, 'loop');
  const { status } = spawnSync('cc', [
    '-O2',
    '-o',
    program,
    resolve('bench/harness/loop.c'),
    '-ldl',
  ]);
  if (status === 0) return program;
  console.log('without the loop in C: there is no C compiler');
  return null;
}

function oneProcess(variant: VariantJob, loop: string | null): number {
  const env = { ...process.env, ORT_DISABLE_TELEMETRY: '1', UV_THREADPOOL_SIZE: '1' };
  const { modelPath, inputShape, outputShape, warmUp, iterations } = variant;
  const words =
    variant.way === 'C'
      ? [
          loop ?? '',
          installedLibrary,
          modelPath,
          inputShape.join('x'),
          outputShape.join('x'),
          ...[warmUp, iterations, variant.walkBytes].map(String),
        ]
      : [
          process.execPath,
          '--import',
          'tsx',
          '--import',
          './sh-loader.mjs',
          'bench/harness/variant.ts',
          JSON.stringify(variant),
        ];
  const [program = '', ...rest] = words;
  return Number(execFileSync(program, rest, { encoding: 'utf8', env }).trim());
}

/**
 * Rounds of one process of each way, the first one rotating; prints the medians, and for each way
 * the middle and the quartiles of its differences within a round to the first, the loop in C.
 */
export function compareWays(directory: string): void {
  const loop = compiledLoop(directory);
  const compared = loop === null ? ways.slice(1) : ways;
  for (const { title, model, job: shared } of measured) {
    const modelPath = join(directory, `${model}.onnx`);
    writeFileSync(modelPath, makeBuiltIn(model));
    const times = Array.from({ length: rounds }, (_, round) => {
      const order = compared.map((_way, i) => compared[(i + round) % compared.length] ?? 'ort');
      return new Map(order.map((way) => [way, oneProcess({ ...shared, way, modelPath }, loop)]));
    });
    const of = (way: Way) => times.map((one) => one.get(way) ?? 0);
    const [best = 'ort-capi'] = compared;
    const lines = compared.map((way) => wayLine(way, of(way), of(best), best));
    console.log(`${title}, 1 thread, median of ${rounds} rounds of processes\n${lines.join('\n')}`);
  }
}

function wayLine(way: Way, own: readonly number[], best: readonly number[], bestWay: Way): string {
  const us = (nanoseconds: number) => (nanoseconds / 1e3).toFixed(2);
  const over = own.map((time, round) => time - (best[round] ?? 0));
  const ratio = median(own.map((time, round) => time / (best[round] ?? 1)));
  const [low, high] = [0.25, 0.75].map((q) => us(quantileOfSorted(sorted(over), q)));
  return (
    `  ${way.padEnd(15)} ${us(median(own)).padStart(10)} µs` +
    (way === bestWay
      ? ''
      : `  ${us(median(over)).padStart(9)} µs over ${bestWay} [${low}, ${high}], ratio ${ratio.toFixed(3)}`)
  );
}
