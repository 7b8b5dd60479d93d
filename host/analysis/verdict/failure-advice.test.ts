import { expect, test } from 'vitest';
import type { WrittenOf } from '../../../agent/contract/events.ts';
import { JournalBuilder, testCell, testPlan } from '../../../test/support/journal-builder.ts';
import { blocks, cellOf, resultOf } from '../../../test/support/journal-runs.ts';

/** The verdict on a cell whose processes all end like this. */
function verdictOn(end: Partial<Pick<WrittenOf<'process-end'>, 'outcome' | 'signal' | 'message'>>) {
  const builder = new JournalBuilder(testPlan([testCell('a', { ep: 'cuda' })]));
  const ended = { exitCode: null, next: null, ...end };
  blocks(builder, { a: 1e6 }, 2, () => ({ durations_ns: [], warmUp: 0, end: ended }));
  return cellOf(resultOf(builder.bye('failed'))).verdict;
}

test.each([
  [
    'CUDA error cudaErrorNoKernelImageForDevice:no kernel image is available for execution on the device',
    /sm_87.*docs\/gpu\/onnxruntime.md, Traps/,
  ],
  ['Could not load library libcudnn_cnn_infer.so.8. Error: cannot open', /cuDNN.*docs\/gpu\//],
  ['Unable to load any of {libcudnn_engines_precompiled.so.9.1.0}', /cuDNN.*docs\/gpu\//],
  ['Invalid handle. Cannot load symbol cudnnCreateTensorDescriptor', /cuDNN.*docs\/gpu\//],
  ['the CUDA provider cannot be loaded: libcublasLt.so.12 is missing', /cuDNN.*docs\/gpu\//],
  [
    'CUDNN failure 1: CUDNN_STATUS_NOT_INITIALIZED ; GPU=0',
    /cuDNN.*docs\/gpu\/onnxruntime.md, Traps/,
  ],
])('a trap that is known is named, not the model: %s', (words, action) => {
  const message = `running the model failed\n${words}\nat somewhere`;
  expect(verdictOn({ outcome: 'refused', signal: null, message }).action).toMatch(action);
  expect(verdictOn({ outcome: 'crashed', signal: 'SIGABRT', message }).action).toMatch(action);
});

test('another refusal is about the model', () => {
  const message = 'Invalid rank for input: x';
  const { action } = verdictOn({ outcome: 'refused', signal: null, message });
  expect(action).toContain('model inspect');
});

test('only what the kernel killed wants memory; what we ended says why', () => {
  const killed = (message: string) => verdictOn({ outcome: 'killed', signal: 'SIGKILL', message });
  const kernel = killed('SIGKILL while the kernel was out of memory\nstderr of it');
  expect(kernel.reason).toContain('killed by SIGKILL');
  expect(kernel.action).toContain('free memory');
  const hung = killed('no sign of life for 600 s\nits last words');
  expect(hung.reason).toContain('ended by us: no sign of life for 600 s: its last words');
  expect(hung.action).toMatch(/smaller batch or another provider.*silent/);
  const unreadable = killed('cannot read its report: frame of 4294967295 bytes');
  expect(unreadable.reason).toMatch(
    /last ended by us: cannot read its report: frame of \d+ bytes$/,
  );
  expect(unreadable.action).not.toContain('memory');
});
