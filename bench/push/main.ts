// Pushing against `scp`, in interleaved pairs on one machine: npm run bench -- bench/push/main.ts
// [--pairs 7] [--only abcd]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import type { Probe } from '../../host/board/probe.ts';
import { openPacker } from '../../host/store/push/packer.ts';
import { storeFileFrom } from '../../host/store/push/store-file-from.ts';
import { nodeProgram } from '../../host/store/runtime/node-package.ts';
import { testCacheDir } from '../../test/support/cache-dir.ts';
import { startSshd } from '../../test/support/sshd.ts';
import { fileOnDisk, noise } from '../../test/support/store-files.ts';
import {
  direct,
  median,
  type PairResult,
  type Place,
  pairs,
  pushOnce,
  throughRelay,
} from './bench.ts';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '7' },
    only: { type: 'string', default: 'abcd' },
  },
});
const count = Number(values.pairs);
const MODEL_BYTES = 85_000_000;
const WIFI_BYTES_PER_SECOND = 25_000_000;

const directory = mkdtempSync(`${tmpdir()}/orin-bench-push-`);
const sshd = await startSshd({ shell: '/bin/dash' });
const place: Place = { sshd, directory };
try {
  const model = fileOnDisk(`${directory}/model.onnx`, noise(MODEL_BYTES));
  await pushOnce(place, direct(place), fileOnDisk(`${directory}/small`, noise(1)));
  console.log(`pairs ${count}; wall time from connecting to the file verified in the store`);
  if (values.only.includes('a')) {
    print('model 85 MB, loopback', 0.6, await pairs(place, direct(place), model, count));
  }
  if (values.only.includes('b')) {
    await throughRelay(place, { delayMs: 40 }, async (route) => {
      print('model 85 MB, 80 ms round trip', 0.6, await pairs(place, route, model, count));
    });
  }
  if (values.only.includes('c')) await runtimeOverWifi();
  if (values.only.includes('d')) {
    await pushOnce(place, direct(place), model);
    const { traffic, report } = await pushOnce(place, direct(place), model);
    // Opening a channel and starting the probe in it are one round trip each.
    console.log(
      `warm start: ${report.sentBytes} file bytes, 2 round trips (1 command), ` +
        `${traffic.sentBytes} bytes sent, ${traffic.receivedBytes} received`,
    );
  }
} finally {
  await sshd.stop();
  rmSync(directory, { recursive: true, force: true });
}

async function runtimeOverWifi(): Promise<void> {
  const path = await nodeProgram('linux-arm64', {
    offline: false,
    cacheDir: testCacheDir,
    signal: AbortSignal.timeout(300_000),
    onProgress: () => {},
  });
  const node = await storeFileFrom(path, { isCompressible: true });
  if (node.source.kind !== 'path') throw new Error('Node comes from disk');
  const file = { ...node, source: node.source };
  const packer = openPacker(`${directory}/cache`);
  await throughRelay(
    place,
    { delayMs: 2, bytesPerSecond: WIFI_BYTES_PER_SECOND },
    async (route) => {
      for (const [packing, goal] of [
        ['gz', 0.45],
        ['zst', 0.36],
      ] as const) {
        const startMs = performance.now();
        const { sizeBytes } = await packer.pack(file, packing);
        const packedMs = performance.now() - startMs;
        console.log(
          `${packing}: ${mega(file.sizeBytes)} to ${mega(sizeBytes)} in ${seconds(packedMs)}, once`,
        );
        const tools = (all: Probe['facts']['tools']) =>
          packing === 'zst' ? all : { ...all, zstd: '' };
        const result = await pairs(place, route, file, count, tools);
        print(`Node ${mega(file.sizeBytes)} as ${packing}, 200 Mbit/s, 4 ms`, goal, result);
      }
    },
  );
}

function print(name: string, goal: number, { oursMs, scpMs, probeMs }: PairResult): void {
  const ratios = oursMs.map((ours, pair) => ours / (scpMs[pair] ?? Number.NaN));
  console.log(
    `${name}: ${seconds(median(oursMs))} against ${seconds(median(scpMs))} of scp, ` +
      `ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ` +
      `${Math.max(...ratios).toFixed(2)}, n = ${ratios.length}), goal ${goal}; ` +
      `the probe takes ${seconds(median(probeMs))}`,
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function mega(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
