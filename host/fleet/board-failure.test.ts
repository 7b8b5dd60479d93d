import { expect, test } from 'vitest';
import { OrinError } from '../errors.ts';
import { failureOf, groupFailures } from './board-failure.ts';

const refused = (board: string, port: number) =>
  new OrinError({
    code: 'unreachable',
    what: `cannot connect to ${board}`,
    why: `nothing listens on port ${port}`,
    board,
  });

test('boards with the same cause are one group, whatever their names and numbers', () => {
  const failures = ['orin-1', 'orin-2', 'nano'].map((name, i) => ({
    name,
    failure: failureOf(refused(name, 2201 + i), false),
  }));
  const other = { name: 'agx', failure: failureOf(new TypeError('x is undefined'), true) };
  const groups = groupFailures([other, ...failures]);
  expect(groups.map(({ boards }) => boards)).toEqual([['orin-1', 'orin-2', 'nano'], ['agx']]);
  expect(groups[0]?.cause).not.toContain('orin-1');
});

test('a board is unreachable only if it never answered', () => {
  const lost = new OrinError({ code: 'connection-lost', what: 'connection lost' });
  expect(failureOf(lost, false).isUnreachable).toBe(true);
  expect(failureOf(lost, true).isUnreachable).toBe(false);
  const denied = new OrinError({ code: 'auth-failed', what: 'denied' });
  expect(failureOf(denied, false).isUnreachable).toBe(false);
});

test('what a board says of its failure cannot write to the terminal', () => {
  const hostile = new OrinError({ code: 'remote-command', what: 'a\u001b[2J', why: 'b\u0007\n' });
  expect(JSON.stringify(failureOf(hostile, true))).not.toMatch(/\\u00|\\n/);
});
