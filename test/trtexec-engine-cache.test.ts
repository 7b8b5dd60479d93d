import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ofKind } from './support/board.ts';
import { type StandIn, TrtexecBoard } from './support/trtexec-board.ts';

const board = new TrtexecBoard();
beforeAll(() => board.install());
afterAll(() => board.remove());
beforeEach(() => board.forget());

const isRoot = process.getuid?.() === 0;

/** How a process ended, and whether its engine was there already. */
async function run(standIn: StandIn = {}) {
  board.provide(standIn);
  const events = await board.measure([board.cell('trt')]);
  const [end] = ofKind(events, 'process-end');
  return { end, isCached: ofKind(events, 'trtexec')[0]?.build.isCached };
}

const builds = () => board.calls().filter(([first]) => first?.startsWith('--onnx=')).length;
const kept = (ending: string) =>
  join(board.engines, readdirSync(board.engines).find((name) => name.endsWith(ending)) ?? 'none');

test.each([
  ['emptied', () => truncateSync(kept('.plan'), 0)],
  ['cut', () => truncateSync(kept('.plan'), 5)],
  ['changed where TensorRT does not look', () => writeFileSync(kept('.plan'), 'an engine, 8 kept')],
  ['without what was known of it', () => writeFileSync(kept('.json'), '{"duration_ns":1')],
])('a kept engine that is %s is built anew, and then kept again', async (_how, damage) => {
  await run({ engineBytes: 17 });
  damage();
  expect(await run({ engineBytes: 17 })).toMatchObject({ end: { outcome: 'ok' }, isCached: false });
  expect(builds()).toBe(2);
  expect(await run({ engineBytes: 17 })).toMatchObject({ end: { outcome: 'ok' }, isCached: true });
  expect(builds()).toBe(2);
});

test('a whole one that does not load, of a TensorRT that calls itself the same, is built anew within the process', async () => {
  await run({ magic: 'an engine' });
  const { end, isCached } = await run({ magic: 'ein Motor' });
  expect(end).toMatchObject({ outcome: 'ok', message: '' });
  expect(isCached).toBe(false);
  expect(builds()).toBe(2);
  expect(readFileSync(kept('.plan'), 'latin1')).toBe('ein Motor');
});

test('one that does not load right after it was built is built once, refused and not kept', async () => {
  const { end } = await run({ fault: 'bad build' });
  expect(end?.outcome).toBe('refused');
  expect(end?.message).toMatch(/^trtexec could not load the engine \(exit code 1\): Error\[1\]/);
  expect(builds()).toBe(1);
  expect(readdirSync(board.engines)).toEqual([]);
});

test('what killed builds left goes before a build, what living ones write stays', async () => {
  mkdirSync(board.engines, { recursive: true });
  const { pid } = spawnSync('true');
  const names = {
    dead: `${'a'.repeat(40)}.${pid}.tmp`,
    numberGivenAgain: `${'b'.repeat(40)}.${process.pid}.1.tmp`,
    living: `${'c'.repeat(40)}.${process.pid}.tmp`,
    foreign: 'notes.tmp',
  };
  for (const name of Object.values(names)) writeFileSync(join(board.engines, name), 'half');
  expect((await run()).end?.outcome).toBe('ok');
  const left = readdirSync(board.engines).filter((name) => name.endsWith('.tmp'));
  expect(left.sort()).toEqual([names.living, names.foreign].sort());
});

test.for(['save failed', 'save unnoticed'])(
  'a full disk, %s: refused with what to do, and nothing half is kept',
  async (fault, { skip }) => {
    if (!isRoot) skip('mounting a small tmpfs needs root');
    mkdirSync(board.engines, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', board.engines]);
    try {
      const { end } = await run({ fault, engineBytes: 1024 * 1024 });
      expect(end).toMatchObject({
        outcome: 'refused',
        message: `the board's disk is full: no room to save the engine in ${board.engines}`,
        next: expect.stringMatching(/^free some space on the board .*--keep/),
      });
      expect(readdirSync(board.engines)).toEqual([]);
    } finally {
      execFileSync('umount', [board.engines]);
    }
    expect(await run({ engineBytes: 1024 * 1024 })).toMatchObject({
      end: { outcome: 'ok' },
      isCached: false,
    });
    expect(statSync(kept('.plan')).size).toBe(1024 * 1024);
    expect(existsSync(kept('.json'))).toBe(true);
  },
);
