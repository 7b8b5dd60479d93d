import type { Command } from 'commander';
import type { Run } from './run-action.ts';

/** Commands that read logs of the board's own tools, saved by a run or by hand. */
export function addLogCommands(program: Command, run: Run): void {
  program
    .command('mpstat')
    .argument('[run]', 'saved run; latest is the newest')
    .description('what a log of mpstat -A says of CPUs and interrupts, its faults corrected')
    .option('--file <log>', 'log instead of a run: text or JSON, any locale; - is standard input')
    .option('--against <log>', 'earlier log, of the board at rest say: what changed since')
    .option('--json', 'one JSON document')
    .action(run(async ([id], options) => (await import('./mpstat.ts')).mpstatCommand(id, options)));
  program
    .command('tegrastats')
    .description('what a log of tegrastats says: GPU, memory, clocks, temperatures, power')
    .requiredOption('--file <log>', 'log of any JetPack; - is standard input')
    .option('--json', 'one JSON document')
    .action(
      run(async (_args, options) => (await import('./tegrastats.ts')).tegrastatsCommand(options)),
    );
}
