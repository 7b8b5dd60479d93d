import { expect, test } from 'vitest';
import { testCell } from '../../../test/support/cells.ts';
import { precisionEnvironment } from '../precision-environment.ts';
import { precisionFlags } from './arguments.ts';
import type { Trtexec } from './describe.ts';

const trtexec: Trtexec = {
  path: '/usr/src/tensorrt/bin/trtexec',
  version: '10.3.0',
  release: [10, 3, 0],
  flags: new Set(['--noTF32', '--fp16', '--int8']),
};
const cell = testCell('a', 'm', [], { engine: 'trtexec', ep: 'tensorrt' });

test('fp32 is computed as such only where it is asked for, by a flag and by the environment', () => {
  const strict = { ...cell, precision: 'fp32' } as const;
  expect(precisionFlags(trtexec, strict)).toEqual(['--noTF32']);
  expect(precisionEnvironment(strict)).toEqual({ NVIDIA_TF32_OVERRIDE: '0' });
  const usual = { ...cell, precision: 'tf32' } as const;
  expect(precisionFlags(trtexec, usual)).toEqual([]);
  expect(precisionEnvironment(usual)).toEqual({});
  expect(precisionEnvironment({ ...strict, ep: 'cpu' })).toEqual({});
});

test('a precision that this release has no flag for is refused, but not to a model that is in it already', () => {
  const typed: Trtexec = {
    ...trtexec,
    version: '11.1.0',
    release: [11, 1, 0],
    flags: new Set<string>(),
  };
  const own = { ...cell, precision: 'fp16' } as const;
  expect(precisionFlags(trtexec, own)).toEqual(['--fp16']);
  expect(precisionFlags(typed, own)).toEqual([]);
  for (const askedPrecision of ['fp32', 'tf32', 'fp16'] as const)
    expect(() =>
      precisionFlags(typed, { ...cell, precision: askedPrecision, askedPrecision }),
    ).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`computes in the model's own types: ${askedPrecision}`),
        next: `convert the model to ${askedPrecision === 'fp16' ? 'fp16' : 'fp32'} and measure that`,
      }),
    );
});
