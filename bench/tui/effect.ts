import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { comparePaired, type Pair } from '../../host/analysis/statistics/compare-paired.ts';
import { openRun } from '../../host/archive/saved-runs.ts';

const run = promisify(execFile);
const SIZE = 'stty rows 44 cols 160';
const plan = '--model resnet34-cifar10 --threads 1 --blocks 1 --quick';
/** What a screen may cost the measured model before it counts. */
const THRESHOLD = 0.01;

/**
 * Does watching change what is measured? One process of one cell with the live view on a terminal
 * and one without anything shown, in turns and in changing order, on this machine as its own board;
 * the ratio of their medians.
 */
export async function measureEffect(pairs: number): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'orin-effect-'));
  const environment = { ...process.env, XDG_DATA_HOME: home, XDG_STATE_HOME: home };
  const program = `'${process.execPath}' '${resolve('dist/cli.js')}'`;
  const measured = async (option: '--tui' | '--quiet'): Promise<number> => {
    const command = `${SIZE}; exec ${program} bench demo ${plan} ${option}`;
    // Both have a terminal, so that only what is drawn on it differs.
    await run('script', ['-qfec', command, '/dev/null'], {
      env: environment,
      maxBuffer: 64 * 1024 * 1024,
    });
    const { result } = await openRun(join(home, 'orin-remote', 'runs'), 'latest');
    const [process_] = result.cells
      .filter(({ purpose }) => purpose === 'measure')
      .flatMap(({ processes }) => processes);
    if (process_?.median_ns == null) throw new Error('nothing was measured');
    return process_.median_ns;
  };
  try {
    const found: Pair[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      const isFirst = pair % 2 === 0;
      const early = await measured(isFirst ? '--quiet' : '--tui');
      const late = await measured(isFirst ? '--tui' : '--quiet');
      found.push(isFirst ? { a: early, b: late } : { a: late, b: early });
    }
    return described(found);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function described(pairs: readonly Pair[]): string {
  const compared = comparePaired(pairs, THRESHOLD);
  if (compared === null) return 'too few pairs for an interval';
  const { ratio, lo, hi, decision, blocks } = compared;
  const figures = [ratio, lo, hi].map((value) => value.toFixed(4));
  return `median with the live view / without: ${figures[0]}, 95 % CI ${figures[1]} to ${figures[2]} over ${blocks} pairs: ${decision} within ${THRESHOLD * 100} %`;
}
