import { expect, test } from 'vitest';
import type { Cell, Effort } from '../contract/plan.ts';
import { Pilots } from './pilots.ts';

const cell = (id: string, purpose: Cell['purpose'] = 'measure') => ({ id, purpose }) as Cell;
const effort = { pilotMs: 6000, processBudgetMs: 10_000 } as Effort;

test('the first process of a cell is long, the later ones as long as it took to settle', () => {
  const pilots = new Pilots(effort);
  expect([pilots.leastMs(cell('a')), pilots.leastMs(cell('b'))]).toEqual([6000, 6000]);
  pilots.settled(cell('a'), 0);
  pilots.settled(cell('b'), 4000);
  expect([pilots.leastMs(cell('a')), pilots.leastMs(cell('b'))]).toEqual([0, 6000]);
  // What a later, shorter process says is no news.
  pilots.settled(cell('b'), 0);
  expect(pilots.leastMs(cell('b'))).toBe(6000);
});

test('no process is to last longer than its budget, and calibrations as short as they are', () => {
  const pilots = new Pilots(effort);
  pilots.settled(cell('a'), 9000);
  expect(pilots.leastMs(cell('a'))).toBe(10_000);
  expect(pilots.leastMs(cell('null', 'calibration'))).toBe(0);
  expect(new Pilots({ processBudgetMs: 3000 } as Effort).leastMs(cell('a'))).toBe(0);
});
