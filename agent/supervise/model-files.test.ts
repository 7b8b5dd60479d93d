import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlanModel } from '../contract/plan.ts';
import { storeFile } from '../contract/store-file.ts';
import { layOutModel } from './model-files.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'orin-remote-layout-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function stored(path: string, content: string): PlanModel['files'][number] {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = storeFile(join(place, 'store'), sha256);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return { path, sha256, sizeBytes: content.length };
}

const model = (): PlanModel => ({
  id: 'one',
  name: 'one',
  main: 'm.onnx',
  files: [stored('m.onnx', 'the model'), stored('data/w.bin', 'its weights')],
});
const directory = () => join(place, 'models', 'one');
const read = (path: string) => readFileSync(join(directory(), path), 'utf8');

test('files are laid out as hard links, and laid out again they stay what they are', () => {
  const main = layOutModel(model(), directory(), join(place, 'store'));
  expect(main).toBe(join(directory(), 'm.onnx'));
  expect([read('m.onnx'), read('data/w.bin')]).toEqual(['the model', 'its weights']);
  const { ino } = statSync(main);
  layOutModel(model(), directory(), join(place, 'store'));
  expect(statSync(main).ino).toBe(ino);
});

test('a file of the name that has other content is not taken for the model’s', () => {
  mkdirSync(join(directory(), 'data', 'w.bin', 'deep'), { recursive: true });
  // Of the same length: nothing but its content tells it.
  writeFileSync(join(directory(), 'm.onnx'), 'the modem');
  layOutModel(model(), directory(), join(place, 'store'));
  expect([read('m.onnx'), read('data/w.bin')]).toEqual(['the model', 'its weights']);
});

test('a copy with the content of the plan stays, as the store may lie on another file system', () => {
  mkdirSync(directory(), { recursive: true });
  writeFileSync(join(directory(), 'm.onnx'), 'the model');
  const { ino } = statSync(join(directory(), 'm.onnx'));
  layOutModel(model(), directory(), join(place, 'store'));
  expect(statSync(join(directory(), 'm.onnx')).ino).toBe(ino);
});
