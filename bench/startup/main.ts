// How long the program takes to say something: `--help` against a bare `node -e 0`, in interleaved
// pairs. Run: npm run build && npm run bench -- bench/startup/main.ts
import { spawnSync } from 'node:child_process';
import { median } from '../../agent/contract/statistics/quantile.ts';

const PAIRS = 21;
const commands = {
  'node -e 0': ['-e', '0'],
  'orin-remote --help': ['dist/cli.js', '--help'],
};

function wallMs(args: readonly string[]): number {
  const beganMs = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  return performance.now() - beganMs;
}

const ratios: number[] = [];
const times: Record<string, number[]> = {};
for (let pair = 0; pair <= PAIRS; pair += 1) {
  const order = Object.entries(commands);
  if (pair % 2 === 1) order.reverse();
  const took = Object.fromEntries(order.map(([name, args]) => [name, wallMs(args)]));
  // The first pair only warms the file cache.
  if (pair === 0) continue;
  for (const [name, ms] of Object.entries(took)) times[name] = [...(times[name] ?? []), ms];
  ratios.push((took['orin-remote --help'] ?? 0) / (took['node -e 0'] ?? 1));
}

for (const [name, values] of Object.entries(times)) {
  console.log(`${name.padEnd(20)} median ${median(values).toFixed(0)} ms`);
}
console.log(`ratio                median ${median(ratios).toFixed(2)} over ${PAIRS} pairs`);
