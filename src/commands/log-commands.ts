import type { Command } from 'commander';
import { text } from '../options/option-row.ts';
import { jsonOption } from '../options/output-options.ts';
import type { Define } from './define.ts';

/** Commands that read logs of the board's own tools, saved by a run or by hand. */
export function addLogCommands(program: Command, define: Define): void {
  const mpstat = program
    .command('mpstat')
    .argument('[run]', 'saved run; latest is the newest')
    .description('what a log of mpstat -A says of CPUs and interrupts, its faults corrected');
  const mpstatTable = {
    file: text(
      '--file <log>',
      'log instead of a run: text or JSON, any locale; - is standard input',
    ),
    against: text('--against <log>', 'earlier log, of the board at rest say: what changed since'),
    ...jsonOption,
  };
  define(mpstat, mpstatTable, async ([id], options) =>
    (await import('./mpstat.ts')).mpstatCommand(id, options),
  );
  const tegrastats = program
    .command('tegrastats')
    .description('what a log of tegrastats says: GPU, memory, clocks, temperatures, power');
  const file = {
    ...text('--file <log>', 'log of any JetPack; - is standard input'),
    isRequired: true,
  };
  define(tegrastats, { file, ...jsonOption }, async (_, options) =>
    (await import('./tegrastats.ts')).tegrastatsCommand(options),
  );
}
