import { exactly, padEnd, rule } from '../../terminal/text.ts';
import type { Theme } from '../../terminal/theme.ts';
import { cpuLines, HOT } from './cpu-lines.ts';
import { irqLines, irqTitle } from './irq-lines.ts';
import { detailOf, type LiveState } from './live-state.ts';

/** From here on the CPUs and the interrupts stand side by side. */
const WIDE = 140;
const CPU_COLUMNS = 80;

/**
 * All of `mpstat -A`, as many lines as that is: every CPU with its ten columns and its interrupts,
 * and every source of interrupts and softirqs by CPU.
 */
export function metricsLines(state: LiveState, columns: number, theme: Theme): string[] {
  const cpuColumns = columns >= WIDE ? CPU_COLUMNS : columns;
  const irqColumns = columns >= WIDE ? columns - CPU_COLUMNS - 1 : columns;
  const cpus = [
    rule(`cpu, % of the last second, ${HOT} busiest`, cpuColumns, theme),
    ...cpuLines(state, { columns: cpuColumns, rows: Number.POSITIVE_INFINITY }, theme),
  ];
  const sources = detailOf(state).irq.rates.length;
  const irqs = [
    rule(irqTitle(state), irqColumns, theme),
    ...irqLines(state, { columns: irqColumns, rows: sources + 1 }, theme),
  ];
  if (columns < WIDE) return [...cpus, ...irqs];
  const rows = Math.max(cpus.length, irqs.length);
  return exactly(cpus, rows).map(
    (line, row) => `${padEnd(line, cpuColumns, theme)} ${irqs[row] ?? ''}`,
  );
}
