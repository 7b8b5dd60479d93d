import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SamplerJob } from '../channel/messages.ts';
import type { JournalEvent } from '../contract/events.ts';
import { decodeLine } from '../contract/wire.ts';
import { Clock } from '../process/clock.ts';
import { Journal } from './journal.ts';
import { SamplerProcess } from './sampler-process.ts';

/**
 * What a sampler may do wrong, as programs that speak its protocol; each start leaves a line in
 * `starts`.
 */
const prelude = `
  const fs = require('node:fs');
  fs.appendFileSync(__dirname + '/starts', 'started\\n');
  const frame = (payload) => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(1, 0);
    head.writeUInt32LE(payload.length, 4);
    fs.writeSync(3, Buffer.concat([head, payload]));
  };
  const json = (message) => frame(Buffer.from(JSON.stringify(message)));
  const tele = (t_ns) => json({ kind: 'tele', t_ns, cpus: [], intr: 1, ctxt: 1, memAvailableBytes: 1, own: { samplerCpu_ns: 1 } });
  process.stdin.resume();
  process.stdin.on('end', () => process.exit());
`;

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sampler-process-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs a sampler until its journal has `count` events, then stops it. */
async function eventsOf(program: string, count: number): Promise<readonly JournalEvent[]> {
  const agentFile = join(directory, 'agent.cjs');
  const path = join(directory, 'journal');
  writeFileSync(agentFile, prelude + program);
  const journal = new Journal(path, () => {});
  const sampler = new SamplerProcess({} as SamplerJob, {
    journal,
    clock: new Clock(),
    runtime: { nodePath: process.execPath, agentFile, path: directory, account: process.env },
  });
  const read = () => {
    journal.flush();
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  };
  await expect.poll(() => read().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
  await sampler.stop();
  return read().map((line) => {
    const decoded = decodeLine(line);
    if (!decoded.ok) throw new Error(`${decoded.problem}: ${line}`);
    return decoded.event;
  });
}

const starts = () => readFileSync(join(directory, 'starts'), 'utf8').trim().split('\n').length;

test.each([
  ['no frame at all', "fs.writeSync(3, 'Segmentation fault, and more of it');", 'frame of'],
  ['a frame that is no JSON', "frame(Buffer.from('{\\u0000'));", 'JSON'],
  ['null', 'json(null);', 'no message'],
  ['an event that does not fit', "json({ kind: 'tele', t_ns: -1 });", 't_ns'],
  [
    'an event of somebody else',
    "json({ kind: 'cell', t_ns: 1, cell: 'a', reason: 'failed' });",
    'kind cell',
  ],
  ['a CPU time that is none', "json({ kind: 'usage', cpu_ns: 'a lot' });", 'CPU time'],
])(
  'a sampler that reports %s is an event, as often as it is started again; the supervisor goes on',
  async (_, lie, why) => {
    const events = await eventsOf(`tele(1); ${lie}`, 8);
    expect(events.map(({ kind }) => kind)).toEqual(Array(4).fill(['tele', 'warn']).flat());
    for (const event of events.filter(({ kind }) => kind === 'warn')) {
      expect(event).toMatchObject({ code: 'telemetry-ended' });
      expect(event).toMatchObject({ text: expect.stringContaining('cannot read its report') });
      expect(event).toMatchObject({ text: expect.stringContaining(why) });
    }
    expect(starts()).toBe(4);
  },
);

test('after one lie the next sampler is listened to', async () => {
  const isFirst = "fs.readFileSync(__dirname + '/starts', 'utf8').split('\\n').length === 2";
  const events = await eventsOf(`if (${isFirst}) json([]); else { tele(5); tele(6); }`, 3);
  expect(events.map(({ kind }) => kind)).toEqual(['warn', 'tele', 'tele']);
  expect(events.map(({ seq }) => seq)).toEqual([0, 1, 2]);
});
