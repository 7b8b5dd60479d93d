import type { Command } from 'commander';
import { exitCodes } from '../../host/errors.ts';
import { measureOptions } from '../options/bench-table.ts';
import { connectionOptions } from '../options/connection-options.ts';
import { dumpOptions, experimentOptions } from '../options/experiment-options.ts';
import { flag } from '../options/option-row.ts';
import { jsonOption, outputOptions } from '../options/output-options.ts';
import type { Define } from './define.ts';

/** What is done with one board. */
export function addBoardCommands(program: Command, define: Define): void {
  const bench = program
    .command('bench')
    .argument('<host>', 'user@host:port, a name of ~/.ssh/config, or `demo` for this machine')
    .description('measure a model on one board');
  const benchTable = { ...measureOptions, ...outputOptions, ...connectionOptions };
  define(bench, benchTable, async ([host = ''], options) =>
    (await import('./bench.ts')).benchCommand(host, options),
  );
  const doctor = program
    .command('doctor')
    .argument('<host>')
    .description('what a board has, what is missing, and the command that would fix it');
  define(doctor, { ...jsonOption, ...connectionOptions }, async ([host = ''], options) =>
    (await import('./doctor.ts')).doctorCommand(host, options),
  );
  const clean = program
    .command('clean')
    .argument('<host>')
    .description('remove everything of ours from a board');
  const force = flag(
    '--force',
    'even runs that are under way, which are ended first, or not collected yet',
  );
  define(clean, { force, ...connectionOptions }, async ([host = ''], options) =>
    (await import('./clean.ts')).cleanCommand(host, options),
  );
}

/** `irq`: the interrupts of a board, or in saved dumps. */
export function addIrqCommand(program: Command, define: Define): void {
  const irq = program
    .command('irq')
    .argument('[host]', 'as of bench: measures what inference and interrupts do to each other')
    .description('which CPU serves which interrupts, and what they cost: on a board, or in dumps');
  const table = { ...experimentOptions, ...dumpOptions, ...outputOptions, ...connectionOptions };
  define(irq, table, async ([host], options) => {
    if ((host === undefined) === (options.file === null)) {
      irq.error('error: give a host, or a dump as --file', { exitCode: exitCodes.usage });
    }
    if (host === undefined) return (await import('./irq.ts')).irqFileCommand(options);
    return (await import('./irq-experiment.ts')).irqCommand(host, options);
  });
}
