import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Axes } from './axes.ts';
import { checkKeys, sessionKeys, webGpuOptions } from './session-keys.ts';

const check = (sessionConfig: Record<string, string>, more: Partial<Axes> = {}) =>
  checkKeys({ sessionConfig, epOptions: {}, targets: [], ortLibrary: null, ...more } as Axes);

test('every known name is in a library of ONNX Runtime', () => {
  const texts = ['x64', 'arm64'].map((arch) =>
    readFileSync(`node_modules/onnxruntime-node/bin/napi-v6/linux/${arch}/libonnxruntime.so.1`),
  );
  const names = [...sessionKeys, ...webGpuOptions.map((name) => `.${name}`)];
  const absent = names.filter((name) => texts.every((text) => !text.includes(name)));
  expect(absent).toEqual([]);
  expect(sessionKeys.length).toBeGreaterThan(50);
}, 60_000);

test('a misspelt entry is refused with the one that was meant', () => {
  expect(check({ 'session.set_denormal_as_zero': '1' })).toEqual([]);
  for (const [key, meant] of [
    ['session.set_denormals_as_zero', 'session.set_denormal_as_zero'],
    ['sesion.disable_prepacking', 'session.disable_prepacking'],
  ] as const) {
    expect(() => check({ [key]: '1' })).toThrow(
      expect.objectContaining({ code: 'usage', next: `perhaps you mean ${meant}` }),
    );
  }
  expect(() => check({ 'session.quite_another_thing_altogether': '1' })).toThrow(
    /does not know it/,
  );
});

test('what another release or a provider may know is passed on with a note', () => {
  const library = { ortLibrary: '/usr/lib/libonnxruntime.so' };
  expect(check({ 'session.of_the_future': '1' }, library)).toEqual([
    expect.stringContaining('--session session.of_the_future: not among the entries'),
  ]);
  expect(check({ 'ep.someone.option': '1' })).toHaveLength(1);
});

test('an option that WebGPU would pass over is refused', () => {
  const options = (key: string) => check({}, { epOptions: { webgpu: { [key]: '1' } } });
  expect(options('powerPreference')).toEqual([]);
  expect(() => options('powerPreferences')).toThrow(
    expect.objectContaining({ next: 'perhaps you mean powerPreference' }),
  );
});
