import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { JournalReader } from './journal.ts';

const run = promisify(execFile);

/**
 * Reads a journal that a board makes up, with this much memory; gives its problems and the largest
 * heap.
 */
async function readWithin(megabytes: number, events: string): Promise<readonly string[]> {
  const program = `
    import { JournalReader } from './host/journal/journal.ts';
    import { JournalBuilder, testCell, testPlan } from './test/support/journal-builder.ts';
    import { resultFromJournal } from './host/analysis/compute.ts';
    const reader = new JournalReader();
    reader.push(new JournalBuilder(testPlan([testCell('a')])).bytes());
    let seq = 1;
    const send = (event) => reader.push(Buffer.from(JSON.stringify({ seq: seq++, t_ns: seq * 1000, ...event }) + '\\n'));
    const tele = { kind: 'tele', cpus: [], intr: 0, ctxt: 0, memAvailableBytes: 0 };
    ${events}
    const data = reader.end();
    resultFromJournal(data);
    console.log(JSON.stringify([...new Set(data.problems.map(({ text }) => text))].slice(0, 3)));`;
  const { stdout } = await run(
    process.execPath,
    [`--max-old-space-size=${megabytes}`, '--import', 'tsx', '--input-type=module', '-e', program],
    { maxBuffer: 1 << 20 },
  );
  return JSON.parse(stdout) as string[];
}

test('readings with ever new file names do not fill the memory', async () => {
  const problems = await readWithin(
    400,
    `for (let n = 0; n < 900; n += 1) {
       const zone = (k) => '/sys/class/thermal/thermal_zone' + (n * 400 + k);
       const files = {};
       for (let k = 0; k < 400; k += 1) { files[zone(k) + '/temp'] = '50000'; files[zone(k) + '/type'] = 'z' + n + k; }
       send({ ...tele, files });
     }`,
  );
  expect(problems).toEqual(['more than 4096 files of the board']);
}, 120_000);

test('processes without end do not fill the memory', async () => {
  const problems = await readWithin(
    400,
    `for (let process = 0; process < 300000; process += 1) {
       send({ kind: 'process', process, cell: 'a', block: 0, pid: 1, cpusAllowed: '0' });
     }`,
  );
  expect(problems[0]).toBe('more than 50000 processes');
}, 120_000);

test('an event of a cell that is not in the plan reaches nobody', () => {
  const builder = new JournalBuilder(testPlan([testCell('a')]));
  builder.event({ kind: 'cell', t_ns: 1, cell: '\u001b]52;c;evil\u0007b', reason: 'failed' });
  const reader = new JournalReader();
  expect(reader.push(builder.bytes()).map(({ kind }) => kind)).toEqual(['hello']);
  expect(reader.end().problems.map(({ text }) => text)).toEqual(['cell of unknown cell b']);
});
