import { parseArgs } from 'node:util';
import { Soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error('usage: npm run soak -- [--minutes 30] [--seed N]');
  process.exit(2);
}
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.log('ending with this run');
    stop.abort();
  });
}
const soak = new Soak(seed, (text) => console.log(text));
const isWell = await soak.run(minutes * 60_000, stop.signal);
process.exitCode = isWell ? 0 : 1;
