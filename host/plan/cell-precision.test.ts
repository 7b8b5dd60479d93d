import { expect, test } from 'vitest';
import { cellPrecision, toldPrecision } from './cell-precision.ts';

const cpu = { engine: 'ort', ep: 'cpu' } as const;
const webgpu = { engine: 'ort', ep: 'webgpu' } as const;
const cuda = { engine: 'ort-capi', ep: 'cuda' } as const;
const tensorRt = { engine: 'ort-capi', ep: 'tensorrt' } as const;
const trtexec = { engine: 'trtexec', ep: 'tensorrt' } as const;

test.each([
  // An fp32 model is called tf32 where NVIDIA computes it so, and fp32 there is to be asked for.
  [cuda, 'fp32', null, 'tf32', null],
  [trtexec, 'fp32', null, 'tf32', null],
  [cuda, 'fp32', 'tf32', 'tf32', null],
  [cuda, 'fp32', 'fp32', 'fp32', null],
  [tensorRt, 'fp32', 'fp16', 'fp16', 'fp16'],
  [tensorRt, 'fp16', null, 'fp16', null],
  [tensorRt, 'fp16', 'fp32', 'fp32', 'fp32'],
  [cuda, 'fp16', 'tf32', 'tf32', 'tf32'],
  [cpu, 'fp32', null, 'fp32', null],
  [cpu, 'fp32', 'fp32', 'fp32', null],
  [cpu, 'fp32', 'tf32', 'tf32', 'tf32'],
  [webgpu, 'fp32', null, 'fp32', null],
] as const)('%j with a model of %s, asked for %s', (target, model, asked, precision, told) => {
  expect(cellPrecision(target, model, null, asked)).toEqual({ precision, askedPrecision: told });
});

test.each([
  [tensorRt, 'fp32', { trt_fp16_enable: '1' }, 'fp16'],
  [tensorRt, 'fp32', { trt_fp16_enable: '1', trt_int8_enable: 'True' }, 'int8'],
  [tensorRt, 'fp32', { trt_fp16_enable: '0' }, null],
  [tensorRt, 'int8', { trt_fp16_enable: '1' }, null],
  [tensorRt, 'fp16', { trt_int8_enable: '1' }, 'int8'],
  [trtexec, 'fp32', { trt_fp16_enable: '1' }, null],
  [cuda, 'fp32', { use_tf32: '0' }, 'fp32'],
  [cuda, 'fp32', { use_tf32: '1' }, 'tf32'],
  [cuda, 'fp16', { use_tf32: '0' }, null],
  [cuda, 'fp32', { device_id: '0' }, null],
] as const)('%j, a model of %s with the options %j: %s', (target, model, options, precision) => {
  expect(toldPrecision(target, model, { [target.ep]: options }, [null])).toBe(precision);
});

test('what options say is the precision of the cell, and is not said twice', () => {
  expect(cellPrecision(tensorRt, 'fp32', 'fp16', null)).toEqual({
    precision: 'fp16',
    askedPrecision: null,
  });
  const again = (value: string, model: 'fp32' | 'fp16', asked: 'fp16' | null) => () =>
    toldPrecision(tensorRt, model, { tensorrt: { trt_fp16_enable: value } }, [asked]);
  expect(again('1', 'fp32', 'fp16')).toThrow('--ep-option tensorrt.trt_fp16_enable');
  expect(again('0', 'fp32', 'fp16')).toThrow('a precision that is said already');
  expect(again('0', 'fp16', null)).toThrow('a precision that is said already');
  // Of a model in fp16 this option says nothing.
  expect(toldPrecision(cuda, 'fp16', { cuda: { use_tf32: '0' } }, ['fp16'])).toBeNull();
  const bf16 = { tensorrt: { trt_bf16_enable: '1' } };
  expect(() => toldPrecision(tensorRt, 'fp32', bf16, [null])).toThrow('no name for bf16');
});
