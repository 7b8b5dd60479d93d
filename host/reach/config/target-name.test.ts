import { describe, expect, it } from 'vitest';
import { targetName } from './resolve-target.ts';
import { parseTargetName, sshWords } from './target-name.ts';

describe('the name of a board', () => {
  it.each([
    ['orin', { host: 'orin', user: null, port: null }],
    ['orin.local', { host: 'orin.local', user: null, port: null }],
    ['nvidia@orin', { host: 'orin', user: 'nvidia', port: null }],
    ['nvidia@orin:2222', { host: 'orin', user: 'nvidia', port: 2222 }],
    ['me@corp@orin', { host: 'orin', user: 'me@corp', port: null }],
    ['CORP\\jdoe@orin:2222', { host: 'orin', user: 'CORP\\jdoe', port: 2222 }],
    ['ORIN$@orin', { host: 'orin', user: 'ORIN$', port: null }],
    ['jane doe@orin', { host: 'orin', user: 'jane doe', port: null }],
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
    'CORP\\@orin',
    'a;b@orin',
    'a -oX@orin',
    'CORP\\orin',
    'orin;id',
    'or in',
    '$(id)@orin',
    'orin\u0007',
  ])('%j is refused', (text) => {
    expect(() => parseTargetName(text)).toThrow(
      expect.objectContaining({ code: 'usage', exitCode: 2 }),
    );
  });

  it('says so where it is the user that is refused, from -l as well', () => {
    const refused = {
      code: 'usage',
      message: 'not a user: a;b',
      next: expect.stringMatching(/-l/),
    };
    expect(() => parseTargetName('a;b@orin')).toThrow(expect.objectContaining(refused));
    const options = { user: 'a;b', environment: {} };
    expect(() => targetName('orin', options)).toThrow(expect.objectContaining(refused));
  });

  it('becomes words that a person may paste after ssh', () => {
    expect(sshWords('orin')).toBe('orin');
    expect(sshWords('CORP\\jdoe@orin:2222')).toBe("-p 2222 'CORP\\jdoe@orin'");
    expect(sshWords('[fe80::1%eth0]:22')).toBe('-p 22 fe80::1%eth0');
  });
});
