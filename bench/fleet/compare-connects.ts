import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import PQueue from 'p-queue';
import { median } from '../../agent/contract/statistics/quantile.ts';
import { MAX_CONNECTS } from '../../host/fleet/fleet-lanes.ts';
import { connect } from './follow-boards.ts';

const PAIRS = 3;
const run = promisify(execFile);

/**
 * Connect, run `true`, leave, on all boards with as many at once; interleaved, so that the load of
 * the machine meets all alike.
 */
export async function compareConnects(names: readonly string[], directory: string): Promise<void> {
  const configFile = join(directory, 'ssh_config');
  const parallel = parallelSsh();
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    ours: () => onAll(names, (name) => byOurs(name, configFile)),
    'a loop of OpenSSH': () =>
      onAll(names, async (name) => {
        await run('ssh', ['-F', configFile, '-o', 'BatchMode=yes', name, 'true']);
      }),
    ...(parallel !== null && { [parallel]: () => byParallelSsh(parallel, names, directory) }),
  };
  const took = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < PAIRS; round += 1) {
    const entries = Object.entries(ways);
    for (const [name, way] of round % 2 === 0 ? entries : entries.reverse()) {
      const beganMs = performance.now();
      await way();
      took.get(name)?.push(performance.now() - beganMs);
    }
  }
  const ours = median(took.get('ours') ?? []);
  console.log(
    `connect and run true on ${names.length} boards, ${MAX_CONNECTS} at once: ours ${(ours / 1000).toFixed(1)} s (median of ${PAIRS})`,
  );
  for (const [name, all] of took) {
    if (name === 'ours') continue;
    const ratios = all.map((ms, round) => (took.get('ours')?.[round] ?? Number.NaN) / ms);
    console.log(`  ours takes ${median(ratios).toFixed(2)} of the time of ${name}`);
  }
  if (parallel === null)
    console.log('  parallel-ssh (package pssh) is not installed: not compared');
}

async function onAll(names: readonly string[], one: (name: string) => Promise<void>) {
  const queue = new PQueue({ concurrency: MAX_CONNECTS });
  await queue.addAll(names.map((name) => () => one(name)));
}

async function byOurs(name: string, configFile: string): Promise<void> {
  const link = await connect(name, configFile);
  const { stdin, stdout, stderr, exit } = await link.start('true');
  stdin.end();
  stdout.resume();
  stderr.resume();
  await exit;
  await link.end();
}

async function byParallelSsh(program: string, names: readonly string[], directory: string) {
  const hosts = join(directory, 'hosts');
  writeFileSync(hosts, `${names.join('\n')}\n`);
  const options = ['-h', hosts, '-p', String(MAX_CONNECTS), '-t', '0'];
  await run(program, [...options, '-x', `-F ${join(directory, 'ssh_config')}`, 'true']);
}

function parallelSsh(): string | null {
  for (const program of ['parallel-ssh', 'pssh']) {
    try {
      execFileSync('which', [program], { stdio: 'ignore' });
      return program;
    } catch {}
  }
  return null;
}
