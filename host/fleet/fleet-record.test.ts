import { expect, test } from 'vitest';
import { plainBoard } from './fleet-board.ts';
import { type BoardRecord, isToAttach } from './fleet-record.ts';

const record: BoardRecord = {
  board: plainBoard('orin-1'),
  outcome: 'pending',
  attempts: 1,
  runId: null,
  isSaved: false,
  failure: null,
};

test('a run is looked for wherever its board may have it: also where nobody could write down that it began', () => {
  const runId = '20260101-000000-000001';
  expect(isToAttach(record)).toBe(false);
  for (const outcome of ['pending', 'running', 'left', 'failed', 'unreachable'] as const) {
    expect(isToAttach({ ...record, outcome, runId })).toBe(true);
    expect(isToAttach({ ...record, outcome, runId, isSaved: true })).toBe(false);
  }
  expect(isToAttach({ ...record, outcome: 'done', runId })).toBe(false);
});
