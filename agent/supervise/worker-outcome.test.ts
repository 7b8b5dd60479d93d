import { expect, test } from 'vitest';
import { judgeEnd, type WorkerEnd } from './worker-outcome.ts';

const silent: WorkerEnd = {
  done: null,
  exitCode: null,
  signal: null,
  isCancelled: false,
  killedBecause: null,
  sawOomKill: false,
  stderr: '',
};
const done = { kind: 'done', outcome: 'ok', stop: 'precise', message: '' } as const;

test.each<[string, Partial<WorkerEnd>, string, string]>([
  ['its own last word counts', { done, exitCode: 0 }, 'ok', ''],
  ['even when it crashed while closing', { done, signal: 'SIGSEGV' }, 'ok', ''],
  ['a crash', { signal: 'SIGABRT', stderr: 'oh no' }, 'crashed', 'SIGABRT\noh no'],
  ['an exit without a word', { exitCode: 7, stderr: 'why' }, 'crashed', 'exit code 7\nwhy'],
  ['killed by somebody', { signal: 'SIGKILL' }, 'killed', 'SIGKILL'],
  [
    'killed for its memory',
    { signal: 'SIGKILL', sawOomKill: true },
    'killed',
    'SIGKILL while the kernel was out of memory',
  ],
  ['killed by us', { signal: 'SIGKILL', killedBecause: 'silent' }, 'killed', 'silent'],
  ['cancelled', { signal: 'SIGTERM', isCancelled: true }, 'cancelled', ''],
])('%s', (_name, end, outcome, message) => {
  expect(judgeEnd({ ...silent, ...end })).toEqual({ outcome, message });
});
