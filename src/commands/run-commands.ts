import type { Command } from 'commander';
import { connectionOptions } from '../options/connection-options.ts';
import { flag } from '../options/option-row.ts';
import { jsonOption, outputOptions } from '../options/output-options.ts';
import type { Define } from './define.ts';

const shownAndReached = { ...outputOptions, ...connectionOptions };

/** What is done with the runs on a board. */
export function addRunCommands(program: Command, define: Define): void {
  const attach = program
    .command('attach')
    .argument('<host>')
    .argument('[run]', 'run id or its beginning (default: the one under way, else the only one)')
    .description('follow a run that is on a board, or collect it, from any machine');
  const attachTable = {
    resume: flag(
      '--resume',
      'of a run that was cut, measure what is missing, as a further segment of it',
    ),
    offline: flag('--offline', 'with --resume: use only what is in the cache of this machine'),
    ...shownAndReached,
  };
  define(attach, attachTable, async ([host = '', id = null], options) =>
    (await import('./attach.ts')).attachCommand(host, id, options),
  );
  const runs = program
    .command('runs')
    .argument('<host>')
    .description('the runs on a board: under way, or not collected yet');
  define(runs, { ...jsonOption, ...connectionOptions }, async ([host = ''], options) =>
    (await import('./runs.ts')).runsCommand(host, options),
  );
  const cancel = program
    .command('cancel')
    .argument('<host>')
    .argument('[run]', 'as of attach')
    .description('stop a run, then collect what was measured');
  const collect = {
    ...flag('--no-collect', 'leave what was measured on the board'),
    fallback: true,
  };
  define(cancel, { collect, ...shownAndReached }, async ([host = '', id = null], options) =>
    (await import('./attach.ts')).cancelCommand(host, id, options),
  );
}
