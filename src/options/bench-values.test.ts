import { expect, test } from 'vitest';
import { settingsOf } from '../../test/support/settings-of.ts';
import { axesFrom, effortRequestFrom } from './bench-values.ts';

const axesOf = (...words: readonly string[]) => axesFrom(settingsOf(...words));
const targetsOf = (...words: readonly string[]) =>
  axesOf(...words).targets.map(({ engine, ep }) => `${engine}/${ep}`);
const library = ['--ort-lib', '/opt/ort/lib/libonnxruntime.so'];

test('--ort-lib implies ort-capi where no engine is named, and takes away none that is', () => {
  expect(targetsOf()).toEqual(['ort/cpu']);
  expect(targetsOf(...library)).toEqual(['ort-capi/cpu']);
  const both = [...library, '--engine', 'ort,ort-capi'];
  expect(targetsOf(...both, '--ep', 'cpu,cuda')).toEqual([
    'ort/cpu',
    'ort-capi/cpu',
    'ort/cuda',
    'ort-capi/cuda',
  ]);
});

test('a library that nothing would use is refused, with what would', () => {
  const refusal = (next: RegExp) =>
    expect.objectContaining({ code: 'usage', next: expect.stringMatching(next) });
  expect(() => axesOf(...library, '--engine', 'ort')).toThrow(refusal(/add ort-capi to --engine/));
  expect(() => axesOf(...library, '--ep', 'trtexec')).toThrow(refusal(/--ep trtexec,cuda/));
  // Which engine runs on the GPU is known once the board was asked.
  expect(axesOf(...library, '--engine', 'ort', '--gpu', 'auto').ortLibrary).toBe(library[1]);
});

test.each([
  ['cpu', 'tensorrt.x=1', /runs TensorRT under ONNX Runtime/, /add tensorrt to --ep/],
  ['cpu,tensorrt', 'cuda.x=1', /--ep-option cuda\.x: /, /add cuda to --ep/],
  ['trtexec', 'tensorrt.trt_fp16_enable=1', /trt_fp16_enable: no cell/, /say --precision fp16/],
  ['cpu,trtexec', 'tensorrt.trt_fp16_enable=1', /no cell/, /say --precision fp16/],
])('with --ep %s the option %s is refused, not dropped', (ep, option, what, next) => {
  expect(() => axesOf('--ep', ep, '--ep-option', option)).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: expect.stringMatching(what),
      next: expect.stringMatching(next),
    }),
  );
});

test('options of a provider that is measured are taken, and may wait for what --gpu auto finds', () => {
  const option = ['--ep-option', 'cuda.cudnn_conv_algo_search=EXHAUSTIVE'];
  const epOptions = { cuda: { cudnn_conv_algo_search: 'EXHAUSTIVE' } };
  expect(axesOf('--ep', 'cpu,cuda', ...option)).toMatchObject({ epOptions });
  expect(axesOf('--gpu', 'auto', ...option)).toMatchObject({ epOptions });
  // The thesis looks for a GPU as well, but not for who names a provider.
  expect(axesOf('--preset', 'thesis', ...option)).toMatchObject({ epOptions });
  expect(() => axesOf('--preset', 'thesis', '--ep', 'cpu,tensorrt', ...option)).toThrow('cuda.');
});

test.each([
  [[], { computed: [null], target: undefined }],
  [['--precision', 'fp32,fp16,int8'], { computed: ['fp32', 'fp16', 'int8'], target: undefined }],
  [
    ['--precision', 'fp16', '--precision', 'fp16', '--target', '2%'],
    { computed: ['fp16'], target: 0.02 },
  ],
  [['--precision', '1%'], { computed: [null], target: 0.01 }],
  [['--precision', '0.005', '--precision', 'fp16'], { computed: ['fp16'], target: 0.005 }],
])('precision and target of %j', (words, { computed, target }) => {
  const settings = settingsOf(...words);
  expect(axesFrom(settings).precisions).toEqual(computed);
  expect(effortRequestFrom(settings, 'default').precision).toBe(target);
});

test.each([
  [['--precision', 'fp64'], /--precision fp64: unknown/],
  [['--precision', 'fp16,1%'], /--precision 1%: unknown/],
  [['--precision', '150%'], /not a share/],
  [['--target', 'fp16'], /--target fp16: not a share/],
  [['--precision', '1%', '--target', '2%'], /given twice/],
])('%j is refused', (words, why) => {
  expect(() => effortRequestFrom(settingsOf(...words), 'default')).toThrow(why);
});
