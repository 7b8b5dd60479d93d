import { describe, expect, it } from 'vitest';
import { parseTargetName } from './target-name.ts';

describe('the name of a board', () => {
  it.each([
    ['orin', { host: 'orin', user: null, port: null }],
    ['orin.local', { host: 'orin.local', user: null, port: null }],
    ['nvidia@orin', { host: 'orin', user: 'nvidia', port: null }],
    ['nvidia@orin:2222', { host: 'orin', user: 'nvidia', port: 2222 }],
    ['me@corp@orin', { host: 'orin', user: 'me@corp', port: null }],
    ['[::1]:22', { host: '::1', user: null, port: 22 }],
    ['root@[fe80::1%eth0]', { host: 'fe80::1%eth0', user: 'root', port: null }],
    ['fe80::1', { host: 'fe80::1', user: null, port: null }],
    ['ssh://nvidia@orin:2222/', { host: 'orin', user: 'nvidia', port: 2222 }],
  ])('%s is read as ssh reads it', (text, expected) => {
    expect(parseTargetName(text)).toEqual(expected);
  });

  it.each([
    '',
    '@orin',
    'nvidia@',
    '-oProxyCommand=id',
    '[::1',
    '::1]:22',
    '[::1]22',
    '-l@orin',
    'orin:0',
    'orin:99999',
    'orin:ssh',
    'orin;id',
    'or in',
    '$(id)@orin',
    'orin\u0007',
  ])('%j is refused', (text) => {
    expect(() => parseTargetName(text)).toThrow(
      expect.objectContaining({ code: 'usage', exitCode: 2 }),
    );
  });
});
