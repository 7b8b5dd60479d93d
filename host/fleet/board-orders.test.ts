import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { OrinError } from '../errors.ts';
import { BoardOrders } from './board-orders.ts';
import type { BoardState } from './board-state.ts';
import { plainBoard } from './fleet-board.ts';
import { createFleet } from './fleet-store.ts';
import { type FleetRequest, runFleet } from './run-fleet.ts';

/**
 * Runs a fleet of these boards, none of which is ever connected to: what is done with each is
 * `work`.
 */
async function run(
  names: readonly string[],
  work: FleetRequest['work'],
  parts: {
    readonly orders?: BoardOrders;
    readonly hear?: (state: BoardState) => void;
    readonly signal?: AbortSignal;
    readonly leave?: AbortSignal;
    readonly isFailFast?: boolean;
  },
) {
  const directory = await mkdtemp(join(tmpdir(), 'orin-orders-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const runs = join(directory, 'runs');
  const store = await createFleet(
    { fleets: join(directory, 'fleets'), runs },
    { name: null, toolVersion: '1', options: {}, boards: names.map((name) => plainBoard(name)) },
  );
  const never = new AbortController().signal;
  const states = await runFleet({
    store,
    boards: store.record.boards,
    connect: () => Promise.reject(new Error('not connected to')),
    work,
    directories: { runs },
    limits: { connects: 8, pushes: 4, runs: Number.POSITIVE_INFINITY },
    isFailFast: parts.isFailFast ?? false,
    listener: ({ state }) => parts.hear?.(state),
    signal: parts.signal ?? never,
    leave: parts.leave ?? never,
    ...(parts.orders === undefined ? {} : { orders: parts.orders }),
  });
  return { states, record: store.record };
}

function refused(): OrinError {
  return new OrinError({
    code: 'board-busy',
    what: 'busy',
    why: 'somebody measures',
    next: 'wait',
  });
}

const phases = (states: readonly BoardState[]) => states.map(({ phase }) => phase);

test('a board that failed goes again when it is ordered to, and the others do not', async () => {
  const orders = new BoardOrders();
  const begun: string[] = [];
  const heard: string[] = [];
  const { states, record } = await run(
    ['a', 'b'],
    async ({ board, attempts }) => {
      begun.push(`${board.name}${attempts}`);
      if (board.name === 'b' && begun.length < 3) throw refused();
      return null;
    },
    {
      orders,
      hear: ({ name, phase }) => {
        heard.push(`${name} ${phase}`);
        if (phase === 'failed') orders.retry(name);
        if (name === 'b' && phase === 'done') orders.close();
      },
    },
  );
  expect(phases(states)).toEqual(['done', 'done']);
  expect(begun).toEqual(['a0', 'b0', 'b1']);
  expect(heard.filter((each) => each.startsWith('b'))).toEqual(['b failed', 'b queued', 'b done']);
  expect(record.boards.map(({ attempts }) => attempts)).toEqual([1, 2]);
});

test('an order may come long after the board has settled', async () => {
  const orders = new BoardOrders();
  let tries = 0;
  const running = run(
    ['a'],
    async () => {
      tries += 1;
      if (tries === 1) throw refused();
      orders.close();
      return null;
    },
    { orders },
  );
  await expect.poll(() => tries).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  orders.retry('a');
  expect(phases((await running).states)).toEqual(['done']);
});

test('stopping one board is its own end, no failure, and nothing to the others', async () => {
  const orders = new BoardOrders();
  const { states, record } = await run(
    ['a', 'b'],
    ({ board }, { signal }) => {
      if (board.name === 'b') return Promise.resolve(null);
      const ended = new Promise<null>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      orders.stop('a');
      return ended;
    },
    {
      orders,
      isFailFast: true,
      hear: ({ phase }) => {
        if (phase === 'cancelled') orders.close();
      },
    },
  );
  expect(phases(states)).toEqual(['cancelled', 'done']);
  expect(record.boards.map(({ failure }) => failure)).toEqual([null, null]);
});

test.each(['signal', 'leave'] as const)(
  'boards that wait for an order end with the %s of all',
  async (which) => {
    const end = new AbortController();
    const orders = new BoardOrders();
    const { states } = await run(['a', 'b'], () => Promise.reject(refused()), {
      orders,
      [which]: end.signal,
      hear: ({ name }) => {
        if (name === 'b') setTimeout(() => end.abort(), 20);
      },
    });
    expect(phases(states)).toEqual(['failed', 'failed']);
  },
);

test('without anybody to order, a fleet run ends when all boards have settled', async () => {
  const { states } = await run(['a'], () => Promise.reject(refused()), {});
  expect(phases(states)).toEqual(['failed']);
});
