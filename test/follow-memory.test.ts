import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

/**
 * Follows, shows, collects, computes and saves a run whose journal a board makes up, with this much
 * memory; gives the problems of its journal.
 */
async function followedWithin(megabytes: number, events: string): Promise<readonly string[]> {
  const program = `
    import { mkdtemp, rm } from 'node:fs/promises';
    import { tmpdir } from 'node:os';
    import { join } from 'node:path';
    import { initialLive, reduceLive } from './src/tui/live/live-state.ts';
    import { initialProgress, reduceProgress } from './src/report/progress/progress-state.ts';
    import { follow, freshRuns, LaidRun } from './test/support/followed-run.ts';
    import { JournalBuilder, testCell, testPlan } from './test/support/journal-builder.ts';
    import { openLocalLink } from './test/support/local-link.ts';
    const home = await mkdtemp(join(tmpdir(), 'orin-memory-'));
    const plan = testPlan([testCell('a')]);
    const builder = new JournalBuilder(plan);
    let seq = 1;
    const lines = [];
    const send = (event) => lines.push(Buffer.from(JSON.stringify({ seq: seq++, t_ns: seq * 1000, ...event }) + '\\n'));
    const tele = { kind: 'tele', cpus: [], intr: 0, ctxt: 0, memAvailableBytes: 0 };
    ${events}
    const laid = await LaidRun.lay(home, plan, Buffer.concat([builder.bytes(), ...lines]));
    lines.length = 0;
    let live = initialLive(0);
    let progress = initialProgress;
    const { outcome } = await follow(laid, plan, {
      connect: async () => openLocalLink({ env: { PATH: process.env.PATH, HOME: home } }),
      runs: await freshRuns(home),
      onEvent: (count, event) => {
        live = reduceLive(live, event, count);
        progress = reduceProgress(progress, event);
      },
    });
    await rm(home, { recursive: true, force: true });
    console.log(JSON.stringify([...new Set(outcome.result.run.journal.problems.map(({ text }) => text))].slice(0, 3)));`;
  const { stdout } = await run(
    process.execPath,
    [
      `--max-old-space-size=${megabytes}`,
      ...['--import', 'tsx', '--import', './sh-loader.mjs'],
      ...['--input-type=module', '-e', program],
    ],
    { maxBuffer: 1 << 20 },
  );
  return JSON.parse(stdout) as string[];
}

test('readings with ever new file names are followed and saved in bounded memory', async () => {
  const problems = await followedWithin(
    400,
    `for (let n = 0; n < 900; n += 1) {
       const zone = (k) => '/sys/class/thermal/thermal_zone' + (n * 400 + k);
       const files = {};
       for (let k = 0; k < 400; k += 1) { files[zone(k) + '/temp'] = '50000'; files[zone(k) + '/type'] = 'z' + n + k; }
       send({ ...tele, files });
     }`,
  );
  expect(problems).toContain('more than 4096 files of the board');
}, 120_000);

test('300,000 processes are followed and saved in bounded memory', async () => {
  const problems = await followedWithin(
    400,
    `for (let process = 0; process < 300000; process += 1) {
       send({ kind: 'process', process, cell: 'a', block: 0, pid: 1, cpusAllowed: '0' });
     }`,
  );
  expect(problems).toContain('more than 50000 processes');
}, 120_000);
