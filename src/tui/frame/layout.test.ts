import fc from 'fast-check';
import { expect, test } from 'vitest';
import { densityOf, liveLayout } from './layout.ts';

const size = fc.record({
  columns: fc.integer({ min: 1, max: 400 }),
  rows: fc.integer({ min: 1, max: 120 }),
});
const content = fc.record({
  cells: fc.integer({ min: 1, max: 200 }),
  cpus: fc.integer({ min: 1, max: 128 }),
  sources: fc.integer({ min: 0, max: 1200 }),
  notes: fc.integer({ min: 0, max: 200 }),
});

test('the parts never add up to more than the terminal has, and never overlap', () => {
  fc.assert(
    fc.property(size, content, (terminal, what) => {
      const layout = liveLayout(terminal, what);
      const { title, figures, chart, lower, board, notes, footer } = layout;
      const parts = [title, figures, chart, lower, board, notes, footer];
      expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
      expect(parts.reduce((sum, rows) => sum + rows, 0)).toBeLessThanOrEqual(terminal.rows);
      expect(layout.cpuColumns).toBeLessThan(Math.max(terminal.columns, 61));
    }),
  );
});

test('a terminal that grows never shows less', () => {
  const order = ['line', 'small', 'compact', 'tabs', 'panes'];
  fc.assert(
    fc.property(size, ({ columns, rows }) => {
      const at = (c: number, r: number) => order.indexOf(densityOf({ columns: c, rows: r }));
      expect(at(columns + 1, rows)).toBeGreaterThanOrEqual(at(columns, rows));
      expect(at(columns, rows + 1)).toBeGreaterThanOrEqual(at(columns, rows));
    }),
  );
});

test.each([
  [100, 28, 'panes'],
  [99, 50, 'tabs'],
  [80, 22, 'tabs'],
  [80, 21, 'compact'],
  [60, 14, 'compact'],
  [40, 8, 'small'],
  [39, 8, 'line'],
] as const)('%i x %i shows %s', (columns, rows, density) => {
  expect(densityOf({ columns, rows })).toBe(density);
});
