import { expect, test } from 'vitest';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { Connection, type Renewal } from './connection.ts';
import type { FollowRequest } from './follow-request.ts';

/**
 * A link that is lost as soon as it is used: no command reaches anything, which no real board does
 * on demand.
 */
function dyingLink(): Link {
  return {
    board: 'board',
    destination: 'nobody@localhost:0',
    roundTripMs: null,
    isLoopback: false,
    traffic: { sentBytes: 0, receivedBytes: 0 },
    closed: Promise.resolve(new Error('gone')),
    start: () => Promise.reject(new Error('gone')),
    end: async () => {},
  };
}

function connectionOf(onConnect: () => void): Connection {
  const never = new AbortController().signal;
  const request: FollowRequest = {
    board: 'board',
    connect: async () => {
      onConnect();
      return dyingLink();
    },
    directories: { runs: '' },
    listener: () => {},
    signal: never,
    leave: never,
  };
  return new Connection(request, dyingLink());
}

const renewal: Renewal = { withinMs: 100, lost: 'lost', again: 'again' };
const lost = () => new OrinError({ code: 'connection-lost', what: 'lost' });

test('work that only ever loses its connection is given up', async () => {
  let connects = 0;
  const connection = connectionOf(() => {
    connects += 1;
  });
  await expect(connection.use(() => Promise.reject(lost()), renewal)).rejects.toMatchObject({
    code: 'connection-lost',
  });
  expect(connects).toBe(1);
  expect(connection.isLost).toBe(true);
});

test('work that gets on between its losses goes on', async () => {
  let done = 0;
  const connection = connectionOf(() => {});
  const work = async () => {
    done += 1;
    if (done < 4) throw lost();
    return 'whole';
  };
  expect(await connection.use(work, { ...renewal, progress: () => done })).toBe('whole');
});
