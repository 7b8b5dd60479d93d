import { expect, test } from 'vitest';
import { precisionValues } from './precision-values.ts';

test.each([
  [[], undefined, { computed: [null], target: null }],
  [['fp32,fp16,int8'], undefined, { computed: ['fp32', 'fp16', 'int8'], target: null }],
  [['fp16', 'fp16'], '2%', { computed: ['fp16'], target: 0.02 }],
  [['1%'], undefined, { computed: [null], target: 0.01 }],
  [['0.005', 'fp16'], undefined, { computed: ['fp16'], target: 0.005 }],
] as const)('%j with target %s', (texts, target, values) => {
  expect(precisionValues(texts, target)).toEqual(values);
});

test.each([
  [['fp64'], undefined, /--precision fp64: unknown/],
  [['fp16,1%'], undefined, /--precision 1%: unknown/],
  [['150%'], undefined, /not a share/],
  [[], 'fp16', /--target fp16: not a share/],
  [['1%'], '2%', /given twice/],
] as const)('%j with target %s is refused', (texts, target, words) => {
  expect(() => precisionValues(texts, target)).toThrow(words);
});
