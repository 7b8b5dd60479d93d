import { expect, test } from 'vitest';
import { choosePacking } from './packing.ts';

const about = {
  sizeBytes: 100e6,
  isCompressible: true,
  isLoopback: false,
  boardTools: { zstd: '/usr/bin/zstd', gzip: '/usr/bin/gzip' },
  canMakeZstd: true,
  bytesPerSecond: null,
};

test.each([
  ['zst', 'both ends know zstd', {}],
  ['gz', 'the board lacks zstd', { boardTools: { gzip: '/usr/bin/gzip' } }],
  ['gz', 'the workstation lacks zstd', { canMakeZstd: false }],
  ['raw', 'the board has neither', { boardTools: {} }],
  [
    'raw',
    'only gzip is left and the line is faster than it',
    { canMakeZstd: false, bytesPerSecond: 110e6 },
  ],
  ['zst', 'the line is fast and zstd is there', { bytesPerSecond: 110e6 }],
  ['raw', 'both ends are one machine', { isLoopback: true }],
  ['raw', 'it holds weights', { isCompressible: false }],
  ['raw', 'it is small', { sizeBytes: 100_000 }],
] as const)('%s when %s', (packing, _reason, over) => {
  expect(choosePacking({ ...about, ...over })).toBe(packing);
});
