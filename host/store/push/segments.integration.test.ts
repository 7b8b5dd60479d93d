import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PartialUpload } from '../../board/on-board.ts';
import { readOnBoard } from '../../board/on-board.ts';
import { readAnswer } from '../../board/probe-answer.ts';
import { channelCount, earlierCount, segmentName, segmentsOf } from './segments.ts';

test('segments cover every byte once, in order', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 4 }), (sizeBytes, count) => {
      let next = 0;
      for (const { startByte, endByte } of segmentsOf(sizeBytes, count)) {
        expect(startByte).toBe(next);
        expect(endByte).toBeGreaterThanOrEqual(startByte);
        next = endByte;
      }
      expect(next).toBe(sizeBytes);
    }),
  );
});

test('a segment’s name is read back by the probe', () => {
  const sha256 = 'ab'.repeat(32);
  const [, second] = segmentsOf(100, 3);
  if (!second) throw new Error('unreachable');
  const name = segmentName(sha256, 'zst', second);
  const answer = readAnswer(`part=store/incoming/${name} 17 1700000000\n`);
  expect(readOnBoard(answer).partials).toEqual([
    { name, sha256, packing: 'zst', segment: 1, segments: 3, sizeBytes: 17 },
  ]);
});

test.each([
  ['a near board', 85e6, 0.5, null, 1],
  ['a board at 20 ms', 85e6, 20, null, 2],
  ['a far board', 85e6, 80, null, 4],
  ['a far board on a slow line', 85e6, 80, 2e6, 1],
  ['a short file', 1e6, 80, null, 1],
  ['an unknown round trip', 85e6, null, null, 1],
])('%s gets its channels', (_name, sizeBytes, roundTripMs, rate, channels) => {
  expect(channelCount(sizeBytes, roundTripMs, rate)).toBe(channels);
});

test('a cut upload is gone on with as it was split, unless it was split by somebody else', () => {
  const part = (sha256: string, segments: number, sizeBytes: number): PartialUpload => ({
    name: '',
    sha256,
    packing: 'raw',
    segment: 0,
    segments,
    sizeBytes,
  });
  expect(earlierCount([part('a', 2, 5), part('a', 4, 9), part('b', 1, 99)], 'a', 'raw')).toBe(4);
  expect(earlierCount([part('a', 99, 9)], 'a', 'raw')).toBeNull();
  expect(earlierCount([part('a', 4, 9)], 'a', 'gz')).toBeNull();
});
