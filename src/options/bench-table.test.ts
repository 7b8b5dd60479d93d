import { expect, test } from 'vitest';
import { benchSettings } from '../../host/plan/settings.ts';
import { settingsOf } from '../../test/support/settings-of.ts';
import { benchArguments, shareableSettings } from './bench-table.ts';
import { connectionArguments, connectionWith } from './connection-options.ts';

const everything = [
  ...['--model', '/home/me/a.onnx', '--model', 'null', '--ep', 'cpu,cuda', '--gpu', 'auto'],
  ...['--engine', 'ort,ort-capi', '--ort', '/opt/build', '--ort-lib', '/usr/lib/libonnxruntime.so'],
  ...['--ep-option', 'cuda.a=1', '--ep-option', 'cuda.b=x=y', '--precision', 'fp16'],
  ...['--precision', '0.02', '--profile', '--threads', '1,3', '--batch', '1,8'],
  ...['--batch-axis', 'x:0', '--affinity', '0+2,any,1-3', '--opt', 'all,basic'],
  ...['--spinning', 'on,off', '--inter-op', 'off,2', '--session', 'a.b=c', '--include'],
  ...['threads=1,batch=8', '--exclude', 'opt=basic', '--oversubscribe', '--shape', 'x=Nx3'],
  ...['--shape', 's=scalar', '--input', 'x=/data/x.npy', '--range', 'ids=-3..1e2'],
  ...['--distribution', 'normal', '--data', 'cifar10:/data/batch.bin', '--images', '100'],
  ...['--seed', '7', '--preset', 'thesis', '--quick', '--thorough', '--budget', '90s'],
  ...['--blocks', '4', '--target', '0.01', '--cooldown', 'off', '--dry-run'],
  ...['--telemetry', 'full', '--check-telemetry', '--require-locked', '--wait', '2h'],
  ...['--keep', '512M', '--offline', '--allow-links', '--detach'],
];

test('settings are written as the arguments that made them, and hold in JSON', () => {
  const settings = settingsOf(...everything);
  expect(benchArguments('orin', settings)).toEqual(['bench', 'orin', ...everything]);
  expect(benchSettings.parse(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
});

test('where nothing is said there is nothing to write', () => {
  expect(benchArguments('orin', settingsOf())).toEqual(['bench', 'orin']);
  expect(benchSettings.parse(settingsOf())).toEqual(settingsOf());
});

test('what is shared has names of files, not the way to them', () => {
  const shared = benchArguments('<host>', shareableSettings(settingsOf(...everything)));
  expect(shared.filter((word) => word.includes('/'))).toEqual([]);
  const named = ['a.onnx', 'build', 'libonnxruntime.so', 'x=x.npy', 'cifar10:batch.bin'];
  expect(shared).toEqual(expect.arrayContaining(named));
});

test.each([
  [['--session', 'a=1', '--session', 'a=2'], /--session says a twice/],
  [['--ep-option', 'cuda.a=1', '--ep-option', 'cuda.a=2'], /--ep-option says cuda\.a twice/],
  [['--shape', 'x=1', '--shape', 'x=2'], /--shape says x twice/],
  [['--range', 'x=0..1', '--range', 'x=0..2'], /--range says x twice/],
  [['--session', 'session.intra_op_num_threads=2'], /--threads sets this entry/],
  [['--ep-option', 'cuda=1'], /--ep-option cuda=1: it does not begin/],
  [['--ep-option', 'cuda'], /--ep-option cuda: no "="/],
])('%j is refused', (words, why) => {
  expect(() => settingsOf(...words)).toThrow(why);
});

test('the way to a board is written without what may be asked on it', () => {
  const connection = connectionWith({ port: 2222, ssh_options: ['A=b'], batch_mode: true });
  expect(connectionArguments(connection)).toEqual(['--port', '2222', '--ssh-option', 'A=b']);
});
