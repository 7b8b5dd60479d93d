import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { maxPlacementNodes } from '../../contract/engine-events.ts';
import { readLayers } from './layers.ts';

const sample = readFileSync('test/fixtures/trtexec/trtexec-exportProfile.sample.json', 'utf8');
const line = (name: string, averageMs = '0.5') =>
  `, { "name" : "${name}", "timeMs" : 5, "averageMs" : ${averageMs}, "medianMs" : 0.4, "percentage" : 1 }`;
const file = (...lines: readonly string[]) => ['[', '  { "count" : 10 }', ...lines, ']'].join('\n');

test('a real profile: queries, layers by the time that they take, and all of it', () => {
  const { runs, layers } = readLayers(sample);
  const known = JSON.parse(sample) as { count?: number; averageMs?: number; name?: string }[];
  expect(runs).toBe(641);
  expect(layers.count).toBe(known.length - 1);
  expect(layers.list[0]).toMatchObject({ duration_ns: 49_784, median_ns: 49_440 });
  const total = known.reduce((sum, { averageMs = 0 }) => sum + averageMs, 0);
  expect(layers.total_ns / 1e6).toBeCloseTo(total, 4);
});

test('names that are no JSON are names all the same, without what a terminal would obey', () => {
  const names = ['{ForeignNode["a"...b]}', 'c:\\x', 'evil\u001b[2J', '", "timeMs" : 9'];
  const { layers } = readLayers(file(...names.map((name) => line(name))));
  expect(layers.list.map(({ name }) => name)).toEqual([names[0], names[1], 'evil', names[3]]);
});

test('releases without medians, figures that are none, more layers than anyone reads', () => {
  const old = ', { "name" : "a", "timeMs" : 5, "averageMs" : 0.5, "percentage" : 1 }';
  expect(readLayers(file(old)).layers.list).toEqual([
    { name: 'a', duration_ns: 500_000, median_ns: null },
  ]);
  expect(readLayers(file(line('a', 'nan'), line('b'), line('c', '1e99'))).layers.count).toBe(1);
  const many = Array.from({ length: 5000 }, (_, i) => line(`n${i}`, `0.${i + 1000}`));
  const { layers } = readLayers(file(...many));
  expect([layers.count, layers.list.length]).toEqual([5000, maxPlacementNodes]);
  expect(readLayers(file(line('x'.repeat(1e5)))).layers.list[0]?.name.length).toBeLessThanOrEqual(
    200,
  );
});

test('what is no profile is refused', () => {
  for (const bad of ['', '{}', '[ { "count" : 10 } ]', file(line('a', 'x')), line('a')]) {
    expect(() => readLayers(bad)).toThrow(/profile does not read/);
  }
});
