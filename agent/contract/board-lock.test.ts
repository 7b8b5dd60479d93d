import { expect, test } from 'vitest';
import { boardScope, holderOf, holderSocket, lockSocket, socketNames } from './board-lock.ts';

const holder = {
  owner: 'ann@desk',
  runId: '20261123-093600-5d01aa',
  startedUtc: '2026-11-23T09:35:19.111Z',
};

test('what the holder’s socket is called says who holds the board', () => {
  const name = holderSocket(holder, '');
  expect(name).toBe('orin-remote.run:ann@desk:20261123-093600-5d01aa:2026-11-23T09:35:19Z');
  expect(holderOf([lockSocket(''), name], '')).toEqual({
    ...holder,
    startedUtc: '2026-11-23T09:35:19Z',
  });
});

test('a board is held by its lock alone: a description without one means nothing', () => {
  expect(holderOf([holderSocket(holder, '')], '')).toBeNull();
  expect(holderOf([lockSocket('')], '')).toMatchObject({ owner: 'unknown', runId: 'unknown' });
});

test('boards that share a machine do not see each other', () => {
  const scope = boardScope('left');
  const names = [lockSocket(scope), holderSocket(holder, scope)];
  expect(holderOf(names, scope)).toMatchObject({ owner: 'ann@desk' });
  expect(holderOf(names, '')).toBeNull();
  expect(holderOf(names, boardScope('right'))).toBeNull();
});

test.each([undefined, null, '', 'a b', 'x'.repeat(25), '../x', 'a:b'])('%j is no scope', (text) => {
  expect(boardScope(text)).toBe('');
});

test('names fit the kernel’s 107 bytes and are read back, whatever they are made of', () => {
  const long = { ...holder, owner: 'ünïcode user\n:'.repeat(20), runId: 'r'.repeat(120) };
  const scope = boardScope('s'.repeat(24));
  const name = holderSocket(long, scope);
  expect(Buffer.byteLength(name)).toBe(107);
  expect(holderOf([lockSocket(scope), name], scope)?.owner).toMatch(/^_n_code_user__*/);
});

test('our sockets are found among those of the kernel’s list, padded or not', () => {
  const list = [
    'Num       RefCount Protocol Flags    Type St Inode Path',
    '0000000039ad67f9: 00000002 00000000 00010000 0001 01 21444 /run/systemd/notify',
    '000000009ad67f93: 00000002 00000000 00010000 0001 01 214448 @orin-remote.lock@@@@@@@@',
    '000000009ad67f94: 00000003 00000000 00000000 0001 03 214449',
    '000000003122803c: 00000002 00000000 00010000 0001 01 223345 @orin-remote.run:a@b:r1:2026-11-23T09:35:19Z@@',
    '000000003122803d: 00000002 00000000 00010000 0001 01 223346 @/tmp/.X11-unix/X0',
  ].join('\n');
  // A datagram socket of the same name holds nothing.
  const datagram = '000000003122803e: 00000002 00000000 00000000 0002 01 223347 @orin-remote.lock';
  expect(socketNames(datagram)).toEqual([]);
  const names = socketNames(list);
  expect(names).toEqual(['orin-remote.lock', 'orin-remote.run:a@b:r1:2026-11-23T09:35:19Z']);
  expect(holderOf(names, '')).toMatchObject({ owner: 'a@b', runId: 'r1' });
});

test.each([
  'orin-remote.run:a:r1:yesterday',
  'orin-remote.run:a:r1',
  'orin-remote.run::r1:2026-11-23T09:35:19Z',
  'orin-remote.run:a\u001b[31m:r1:2026-11-23T09:35:19Z',
])('a description that is none of ours is not believed: %j', (name) => {
  expect(holderOf([lockSocket(''), name], '')).toMatchObject({ owner: 'unknown' });
});
