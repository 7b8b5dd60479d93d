import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { ProcLog } from '../agent/sample/proc-log.ts';
import { cpuUse } from '../host/telemetry/cpu-use.ts';
import { readProcFrame } from '../host/telemetry/proc-frame.ts';
import { ProcLogReader } from '../host/telemetry/proc-log-reader.ts';
import { mpstatFromProc, readMpstatJson, readMpstatText } from './support/mpstat-fixtures.ts';

const directory = mkdtempSync(join(tmpdir(), 'orin-remote-telemetry-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("the agent's own record of this machine's /proc is read back as a table of mpstat", async () => {
  const path = join(directory, 'proc.log');
  const log = new ProcLog(path, '/');
  for (const t_ns of [0, 1, 2]) {
    log.append(t_ns);
    await setTimeout(120);
  }
  log.close();
  const reader = new ProcLogReader();
  const frames = [...reader.push(readFileSync(path)), ...reader.end()];
  expect(reader.problems).toEqual([]);
  expect(frames.map(({ t_ns }) => t_ns)).toEqual([0, 1, 2]);
  const [first, last] = [frames[0], frames[2]];
  if (first === undefined || last === undefined) return;
  const samples = [...mpstatFromProc(frames)];
  expect(samples).toHaveLength(2);
  expect(samples[0]?.use.cpus.size).toBe(cpus().length);
  expect(samples[0]?.softirqs.sources).toContain('SCHED');
  const { all } = cpuUse(readProcFrame(first).stat, readProcFrame(last).stat);
  expect(Object.values(all).reduce((sum, value) => sum + value, 0)).toBeGreaterThan(99);
});

const version = spawnSync('mpstat', ['-V'], { encoding: 'utf8' });
const hasMpstat = version.error === undefined;
if (!hasMpstat) console.warn('mpstat is not installed: its own output is read from fixtures only');

describe.skipIf(!hasMpstat)('the mpstat of this machine', () => {
  const mpstat = (...args: string[]) =>
    execFileSync('mpstat', args, { env: { ...process.env, LC_ALL: 'C', S_COLORS: 'always' } });

  test('as text and as JSON', () => {
    const text = readMpstatText(mpstat('-A', '1', '2'));
    expect(text.problems).toEqual([]);
    expect(text.samples.map(({ period }) => period)).toEqual(['interval', 'interval', 'average']);
    const json = readMpstatJson(mpstat('-A', '-o', 'JSON', '1', '1'));
    expect(json.problems).toEqual([]);
    for (const sample of [...text.samples, ...json.samples]) {
      expect(sample.use.cpus.size).toBe(cpus().length);
      expect(sample.interrupts.perS.size).toBe(cpus().length);
      for (const [cpu, sum] of sample.interruptsPerS.cpus) {
        const sources = sample.interrupts.perS.get(cpu) ?? [];
        const total = sources.reduce<number>((all, rate) => all + (rate ?? 0), 0);
        expect(sum).toBeCloseTo(total, 0);
      }
    }
  });
});
