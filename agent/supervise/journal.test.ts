import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeLine } from '../contract/wire.ts';
import { Journal } from './journal.ts';

let directory = '';
let path = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  path = join(directory, 'journal.ndjson');
});
afterEach(() => rmSync(directory, { recursive: true }));

const overhead = { supervisorCpu_ns: 1, samplerCpu_ns: 2, wall_ns: 3 };

test('events are numbered, and the last one vouches for all before it', () => {
  const journal = new Journal(path, () => {});
  journal.write({ kind: 'warn', t_ns: 1, code: 'a', text: 'ä\u0000\n' });
  journal.flush();
  const batch = { t0_ns: 1, dt_ns: [1, 2], gap_ns: [1], preempted: [], faults: [] };
  journal.write({ kind: 'iter', t_ns: 2, process: 0, first: 0, ...batch });
  journal.close({ t_ns: 3, reason: 'completed', overhead });
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const events = lines.map((line) => decodeLine(line));
  expect(events.map((read) => read.ok && read.event.seq)).toEqual([0, 1, 2]);
  const before = `${lines.slice(0, -1).join('\n')}\n`;
  expect(events[2]).toMatchObject({
    ok: true,
    event: { events: 2, iterations: 2, sha256: createHash('sha256').update(before).digest('hex') },
  });
});

test('what is written appears by itself, without a flush of ours', async () => {
  const journal = new Journal(path, () => {});
  journal.write({ kind: 'warn', t_ns: 1, code: 'a', text: '' });
  expect(readFileSync(path, 'utf8')).toBe('');
  while (readFileSync(path, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 20));
  expect(readFileSync(path, 'utf8')).toMatch(/^\{"seq":0.*\}\n$/);
});

test('a journal is never written over', () => {
  writeFileSync(path, '');
  expect(() => new Journal(path, () => {})).toThrow('EEXIST');
  expect(readdirSync(directory)).toEqual(['journal.ndjson']);
});
