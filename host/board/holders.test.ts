import { expect, test } from 'vitest';
import { readReservation } from './holders.ts';

const HOUR_MS = 3_600_000;
const nowMs = Date.UTC(2026, 0, 1, 12);

function file(changes: Record<string, unknown> = {}): string {
  const fromMs = nowMs - HOUR_MS;
  const parts = { owner: 'ann@desk', note: 'thesis', fromMs, untilMs: nowMs + HOUR_MS };
  return JSON.stringify({ ...parts, ...changes });
}

test('a reservation tells how much longer it is, and when it ends by our own clock', () => {
  // A board that is two hours ahead: its times are converted, not compared with ours.
  const offsetMs = 2 * HOUR_MS;
  const text = file({ fromMs: nowMs + offsetMs, untilMs: nowMs + offsetMs + HOUR_MS });
  expect(readReservation(text, nowMs, offsetMs)).toEqual({
    owner: 'ann@desk',
    note: 'thesis',
    remainingMs: HOUR_MS,
    untilUtc: '2026-01-01T13:00:00.000Z',
  });
});

test.each([
  ['one that is over', file({ untilMs: nowMs - 1 })],
  ['one of a clock that was set back since', file({ fromMs: nowMs + HOUR_MS })],
  ['one for years', file({ untilMs: nowMs + 1000 * 24 * HOUR_MS })],
  ['one with times that are none', file({ untilMs: '9e99' })],
  ['half of one', file().slice(0, 40)],
  ['another thing', '[1,2,3]'],
])('%s holds nobody off', (_, text) => {
  expect(readReservation(text, nowMs, 0)).toBeNull();
});

test('what stands in it is cleaned and bounded', () => {
  const found = readReservation(
    file({ owner: `e\u001b[2Jvil\n@x`, note: 'x'.repeat(9999) }),
    nowMs,
    0,
  );
  expect(found?.owner).not.toContain('\u001b');
  expect(found?.owner).not.toContain('\n');
  expect(found?.note.length).toBeLessThanOrEqual(201);
});
