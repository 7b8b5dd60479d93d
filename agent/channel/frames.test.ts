import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { FrameReader, frameTypes, writeFrame, writeJson } from './frames.ts';
import { readSampleBatch, SampleBatch } from './sample-batch.ts';

const directory = mkdtempSync(join(tmpdir(), 'frames-'));
afterAll(() => rmSync(directory, { recursive: true }));

function written(write: (fd: number) => void): Buffer {
  const path = join(directory, 'stream');
  write(openSync(path, 'w'));
  return readFileSync(path);
}

test('frames survive any cutting of the stream', () => {
  const bytes = written((fd) => {
    writeJson(fd, { kind: 'ready', cpusAllowed: '0-3' });
    writeFrame(fd, frameTypes.samples, [Buffer.from('abc'), Buffer.from('defg')]);
    writeFrame(fd, frameTypes.samples, []);
  });
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
      const reader = new FrameReader();
      const ends = [...cuts, bytes.length].sort((a, b) => a - b);
      const frames = ends.flatMap((end, i) => [
        ...reader.push(bytes.subarray(ends[i - 1] ?? 0, end)),
      ]);
      expect(frames.map(({ type, payload }) => [type, payload.toString()])).toEqual([
        [1, '{"kind":"ready","cpusAllowed":"0-3"}'],
        [2, 'abcdefg'],
        [2, ''],
      ]);
    }),
  );
});

test('a frame of absurd length is refused before anything is kept for it', () => {
  expect(() => [...new FrameReader().push(Buffer.alloc(8, 0xff))]).toThrow(
    'frame of 4294967295 bytes',
  );
});

test('a batch of iterations comes out as it went in', () => {
  const batch = new SampleBatch(8);
  batch.first = 40;
  batch.start_ns.set([1000, 1500, 2100]);
  batch.duration_ns.set([400, 450, 300]);
  batch.length = 3;
  batch.addUsage(0, 2, 0, 0);
  batch.addUsage(2, 0, 5, 1);
  const bytes = written((fd) => writeFrame(fd, frameTypes.samples, batch.parts(2500)));
  const [frame] = new FrameReader().push(bytes);
  expect(readSampleBatch(7, frame?.payload ?? Buffer.alloc(0)).event).toEqual({
    kind: 'iter',
    t_ns: 2500,
    process: 7,
    first: 40,
    t0_ns: 1000,
    dt_ns: [400, 450, 300],
    gap_ns: [100, 150],
    preempted: [[0, 2]],
    faults: [[2, 5, 1]],
  });
  batch.clear();
  expect([batch.first, batch.length]).toEqual([43, 0]);
});

test('a batch whose lengths disagree is an error, not a guess', () => {
  const payload = Buffer.from(new Float64Array([0, 3, 0, 1, 10, 20]).buffer);
  expect(() => readSampleBatch(0, payload)).toThrow('batch of 6 numbers for 3 iterations');
});
