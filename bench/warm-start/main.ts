// From the command to the first iteration on a board that has everything, against `ssh board true`,
// interleaved. Run: npm run build && npm run bench -- bench/warm-start/main.ts
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from '../../agent/contract/statistics/quantile.ts';
import { listRuns } from '../../host/archive/saved-runs.ts';
import { startSshd } from '../../test/support/sshd.ts';

const PAIRS = 7;
const run = promisify(execFile);
const sshd = await startSshd({ shell: '/bin/dash' });
const home = await mkdtemp(join(tmpdir(), 'orin-warm-start-'));
const environment = { ...process.env, XDG_DATA_HOME: home };
const bench = ['dist/cli.js', 'bench', sshd.alias, '-F', sshd.configFile];
const plan = [
  '--model',
  'mlp-tiny',
  '--threads',
  '1',
  '--blocks',
  '1',
  '--quick',
  '--output',
  'ndjson',
];

interface Start {
  /** Command to the supervisor's first event here. */
  readonly startedMs: number;
  /** Command to the end of the first iteration of the first process. */
  readonly firstIterationMs: number;
}

async function start(): Promise<Start> {
  const beganMs = performance.now();
  let startedMs = Number.NaN;
  const child = spawn(process.execPath, [...bench, ...plan], { env: environment });
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (Number.isNaN(startedMs) && text.includes('started'))
      startedMs = performance.now() - beganMs;
  });
  await new Promise((resolve) => child.on('close', resolve));
  const [newest] = await listRuns(join(home, 'orin-remote', 'runs'));
  if (!newest) throw new Error('the run was not saved');
  const journal = await readFile(join(newest.directory, 'journal.ndjson'), 'utf8');
  const first = journal.split('\n').find((line) => line.includes('"first-iteration"')) ?? '{}';
  return { startedMs, firstIterationMs: startedMs + JSON.parse(first).t_ns / 1e6 };
}

async function sshTrue(): Promise<number> {
  const beganMs = performance.now();
  await run('ssh', ['-F', sshd.configFile, sshd.alias, 'true']);
  return performance.now() - beganMs;
}

try {
  await start();
  const starts: Start[] = [];
  const peers: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    starts.push(await start());
    peers.push(await sshTrue());
  }
  const ratio = median(starts.map((one, at) => one.firstIterationMs / (peers[at] ?? 1)));
  const ms = (values: readonly number[]) => `${median([...values]).toFixed(0)} ms`;
  console.log(`ssh board true                 median ${ms(peers)}`);
  console.log(`command to run started         median ${ms(starts.map((one) => one.startedMs))}`);
  console.log(
    `command to first iteration     median ${ms(starts.map((one) => one.firstIterationMs))}`,
  );
  console.log(`ratio to ssh board true        median ${ratio.toFixed(1)} over ${PAIRS} pairs`);
} finally {
  await sshd.stop();
  await rm(home, { recursive: true, force: true });
}
