import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fleetLanes } from './fleet-lanes.ts';

function gate<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const never = new AbortController().signal;

test('boards that lack little go before those that lack much, and no more than allowed at once', async () => {
  const lanes = fleetLanes({ connects: 8, pushes: 1, runs: 1 });
  const order: number[] = [];
  let now = 0;
  let most = 0;
  const push = (bytes: number) =>
    lanes.push(bytes, never, async () => {
      now += 1;
      most = Math.max(most, now);
      await sleep(1);
      order.push(bytes);
      now -= 1;
    });
  await Promise.all([500, 400, 10, 300].map(push));
  expect(order).toEqual([500, 10, 300, 400]);
  expect(most).toBe(1);
});

test('a board that lacks nothing does not wait for a push', async () => {
  const lanes = fleetLanes({ connects: 8, pushes: 1, runs: 1 });
  const held = gate<void>();
  const slow = lanes.push(1, never, () => held.promise);
  expect(await lanes.push(0, never, async () => 'through')).toBe('through');
  held.resolve();
  await slow;
});

test('whoever leaves does not wait to save', async () => {
  const lanes = fleetLanes({ connects: 8, pushes: 1, runs: 1 });
  const held = gate<string>();
  const saving = [1, 2].map(() => lanes.conclude(never, () => held.promise));
  const leave = new AbortController();
  const waiting = lanes.conclude(leave.signal, async () => 'saved');
  leave.abort(new DOMException('left', 'AbortError'));
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  held.resolve('saved');
  expect(await Promise.all(saving)).toEqual(['saved', 'saved']);
});

test('stopping takes out who waits, and lets end what has begun', async () => {
  const lanes = fleetLanes({ connects: 8, pushes: 1, runs: 1 });
  const stop = new AbortController();
  const held = gate<string>();
  const running = lanes.run(stop.signal, () => held.promise);
  let hasBegun = false;
  const waiting = lanes.run(stop.signal, async () => {
    hasBegun = true;
  });
  await sleep(1);
  stop.abort(new DOMException('stopped', 'AbortError'));
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  held.resolve('what was measured');
  expect(await running).toBe('what was measured');
  expect(hasBegun).toBe(false);
});
