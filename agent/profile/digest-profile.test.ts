import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { maxPlacementNodes } from '../contract/engine-events.ts';
import { digestProfile } from './digest-profile.ts';

const fixture = (name: string) =>
  readFileSync(`test/fixtures/ort/ort-profile-${name}.json`, 'utf8');

test('a profile of a CPU run has all its nodes there, and no island', () => {
  const digest = digestProfile(fixture('cpu.sample'), 'CPUExecutionProvider');
  expect(digest).toMatchObject({
    runs: 1,
    islands: 0,
    providers: [{ provider: 'CPUExecutionProvider', nodes: 24, copies: 0, copy_ns: 0 }],
  });
  expect(digest.nodes).toHaveLength(24);
  expect(digest.nodes[0]).toMatchObject({ name: 'batch_norm_0.tmp_3_nchwc', op: 'Conv' });
});

test('a mixed profile counts copies apart, and the CPU node between them as one island', () => {
  const digest = digestProfile(fixture('mixed-webgpu-cpu.sample'), 'WebGpuExecutionProvider');
  expect(digest.islands).toBe(1);
  expect(digest.providers).toMatchObject([
    { provider: 'WebGpuExecutionProvider', nodes: 21, copies: 2 },
    { provider: 'CPUExecutionProvider', nodes: 1, copies: 0 },
  ]);
  const [webgpu, cpu] = digest.providers;
  const inNodes_ns = (webgpu?.duration_ns ?? 0) + (webgpu?.copy_ns ?? 0) + (cpu?.duration_ns ?? 0);
  expect(digest.run_ns).toBeGreaterThan(inNodes_ns);
  expect(webgpu?.copy_ns).toBeGreaterThan(0);
  expect(digest.nodes.filter(({ op }) => op === 'Clip')).toHaveLength(1);
});

const kernel = (name: string, ts: number, dur: number, provider = 'CPUExecutionProvider') => ({
  cat: 'Node',
  name: `${name}_kernel_time`,
  ts,
  dur,
  args: { provider, op_name: 'Add', node_index: '1' },
});
const run = (ts: number, dur: number) => ({ cat: 'Session', name: 'model_run', ts, dur, args: {} });

test('the first of several runs is left out', () => {
  const events = [kernel('a', 1, 900), run(0, 1000), kernel('a', 1001, 10), run(1000, 20)];
  const digest = digestProfile(JSON.stringify(events), 'CPUExecutionProvider');
  expect(digest.runs).toBe(1);
  expect(digest.nodes).toEqual([
    { name: 'a', op: 'Add', provider: 'CPUExecutionProvider', duration_ns: 10_000 },
  ]);
});

test('of a huge model the totals are whole, the list of nodes is bounded to the longest', () => {
  const nodes = Array.from({ length: 5000 }, (_, i) => kernel(`n${i}`, i, i));
  const digest = digestProfile(JSON.stringify([run(0, 1e6), ...nodes]), 'CPUExecutionProvider');
  expect(digest.providers[0]?.nodes).toBe(5000);
  expect(digest.nodes).toHaveLength(maxPlacementNodes);
  expect(digest.nodes.at(-1)?.name).toBe('n4999');
});

test('neighbours that ran elsewhere are one island, however many', () => {
  const [gpu, cpu] = ['CUDAExecutionProvider', 'CPUExecutionProvider'];
  const order = [cpu, gpu, cpu, cpu, gpu, cpu];
  const events = order.map((provider, i) => kernel(`n${i}`, i, 1, provider));
  expect(digestProfile(JSON.stringify([run(0, 10), ...events]), gpu).islands).toBe(3);
});

test('control characters of a model’s node names do not get further; other texts are no profile', () => {
  const events = [run(0, 10), kernel('evil\u001b[2J', 1, 1)];
  expect(digestProfile(JSON.stringify(events), '').nodes[0]?.name).toBe('evil');
  for (const bad of ['{}', '[]', 'not JSON', '[{"cat":"Node"}']) {
    expect(() => digestProfile(bad, '')).toThrow();
  }
});
