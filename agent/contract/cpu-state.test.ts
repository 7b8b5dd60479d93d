import { expect, test } from 'vitest';
import { type CpuState, cpuChanges } from './cpu-state.ts';

const state = (changes: Partial<CpuState> = {}): CpuState => ({
  cpusOnline: '0-2',
  cpusAllowed: '0-2',
  cpuStarts: '0:10 1:11 2:12',
  ...changes,
});

test('the same CPUs have not changed, nor what a state does not tell', () => {
  expect(cpuChanges([state(), state()])).toEqual([]);
  const silent = { cpusOnline: '', cpusAllowed: '', cpuStarts: '' };
  expect(cpuChanges([state(), silent, state()])).toEqual([]);
});

test('a CPU that was started anew between two moments was away, though both list it', () => {
  const later = state({ cpuStarts: '0:10 1:31 2:32' });
  expect(cpuChanges([state(), later])).toEqual([{ what: 'away', before: '1,2', after: '1,2' }]);
});

test('a CPU that is missing at one moment is a change of those online alone', () => {
  const fewer = state({ cpusOnline: '0-1', cpuStarts: '0:10 1:11' });
  expect(cpuChanges([state(), fewer])).toEqual([{ what: 'online', before: '0-2', after: '0-1' }]);
});

test('text that lists no starts is no change', () => {
  expect(cpuChanges([state({ cpuStarts: 'no list' }), state({ cpuStarts: ':: 1' })])).toEqual([]);
});
