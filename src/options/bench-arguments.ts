import { Command, type OptionValues } from 'commander';
import { addBenchOptions, addConnectionOptions } from './bench-options.ts';

/**
 * The arguments behind the verb as the command line reads them, with all its defaults.
 * @throws CommanderError for what it would refuse.
 */
export function benchOptionsFrom(args: readonly string[]): {
  readonly host: string;
  readonly benchOptions: OptionValues;
} {
  const command = new Command('bench').argument('<host>').exitOverride();
  command.configureOutput({ writeErr: () => {} });
  addBenchOptions(command);
  addConnectionOptions(command);
  command.parse([...args], { from: 'user' });
  return { host: command.args[0] ?? '', benchOptions: command.opts() };
}
