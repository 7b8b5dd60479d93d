import { expect, test } from 'vitest';
import type { Cell } from '../../contract/plan.ts';
import { parseEnviron } from './account-variables.ts';
import {
  cellEnvironment,
  droppedNames,
  keptNames,
  supervisorEnvironment,
} from './role-environment.ts';

const account = {
  PATH: '/home/me/bin:.:/usr/bin::/opt/tools/bin',
  HOME: '/home/me',
  LANG: 'de_DE.UTF-8',
  LD_LIBRARY_PATH: '/opt/cuda/lib64::relative:/opt/ort/lib',
  LD_PRELOAD: '/opt/tracing/hook.so',
  NODE_OPTIONS: '--require /opt/tracing/hook.js',
  OMP_NUM_THREADS: '1',
  CUDA_VISIBLE_DEVICES: '1',
  CUDA_LAUNCH_BLOCKING: '1',
  NVIDIA_TF32_OVERRIDE: '1',
  VK_ICD_FILENAMES: '/opt/icd.json',
  ORT_DISABLE_TELEMETRY: '0',
  ORIN_REMOTE_LOCK: 'mine',
  TOKEN: 'secret',
};
const native = `/runtime/node_modules/onnxruntime-node/bin/napi-v6/linux/${process.arch}`;
const runtime = { account, path: '/runtime' };
const cellOf = (changes: Partial<Cell>) =>
  ({ engine: 'ort', ep: 'cpu', ortLibrary: null, precision: 'fp32', ...changes }) as Cell;
const everyRole = {
  HOME: '/home/me',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/home/me/bin:/opt/tools/bin',
  LC_ALL: 'C',
  ORT_DISABLE_TELEMETRY: '1',
};

test.each([
  ['ort', 'cpu', null, {}],
  ['ort-capi', 'cpu', null, {}],
  [
    'ort-capi',
    'cpu',
    '/opt/ort/lib/libonnxruntime.so',
    { LD_LIBRARY_PATH: '/opt/ort/lib:/opt/cuda/lib64:/opt/ort/lib' },
  ],
  [
    'ort',
    'cuda',
    null,
    {
      LD_LIBRARY_PATH: `${native}:/opt/cuda/lib64:/opt/ort/lib`,
      CUDA_VISIBLE_DEVICES: '1',
      NVIDIA_TF32_OVERRIDE: '0',
    },
  ],
  [
    'trtexec',
    'tensorrt',
    null,
    {
      LD_LIBRARY_PATH: '/opt/cuda/lib64:/opt/ort/lib',
      CUDA_VISIBLE_DEVICES: '1',
      NVIDIA_TF32_OVERRIDE: '0',
    },
  ],
  [
    'ort',
    'webgpu',
    null,
    {
      LD_LIBRARY_PATH: `${native}:/opt/cuda/lib64:/opt/ort/lib`,
      VK_ICD_FILENAMES: '/opt/icd.json',
    },
  ],
] as const)(
  'a process of %s on %s with library %s sees this and no more',
  (engine, ep, ortLibrary, passed) => {
    const cell = cellOf({ engine, ep, ortLibrary });
    expect(cellEnvironment(runtime, cell)).toEqual({ ...everyRole, ...passed });
  },
);

test('the supervisor sees our own settings as well', () => {
  expect(supervisorEnvironment(account)).toEqual({ ...everyRole, ORIN_REMOTE_LOCK: 'mine' });
});

test('a search path for the roles replaces that of the account', () => {
  const { PATH } = supervisorEnvironment({ ...account, ORIN_REMOTE_PATH: '/nix/bin' });
  expect(PATH).toBe('/nix/bin');
});

test('every variable is told as passed or dropped, by its name', () => {
  const cells = [cellOf({}), cellOf({ ep: 'cuda' })];
  const passed = ['CUDA_VISIBLE_DEVICES', 'HOME', 'LD_LIBRARY_PATH', 'ORIN_REMOTE_LOCK', 'PATH'];
  expect(keptNames(account, cells)).toEqual(passed);
  expect([...passed, ...droppedNames(account, cells)].sort()).toEqual(Object.keys(account).sort());
  expect(droppedNames(account, [cellOf({})])).toContain('LD_LIBRARY_PATH');
});

test('an environment as the kernel gives it: values hold anything but NUL, the first of a name counts', () => {
  const bytes = Buffer.from('A=1\0B=two\nC=lines\0A=2\0no value\0=x\0__proto__=p\0E=');
  const variables = parseEnviron(bytes);
  expect(Object.entries(variables).sort()).toEqual([
    ['A', '1'],
    ['B', 'two\nC=lines'],
    ['E', ''],
    ['__proto__', 'p'],
  ]);
});
