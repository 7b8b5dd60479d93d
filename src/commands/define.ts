import type { Command } from 'commander';
import type { Given, OptionTable, Values } from '../options/option-row.ts';
import type { displayOptions } from '../options/output-options.ts';

/** The options of a verb and those of all. */
type WithDisplay<T extends OptionTable> = T & typeof displayOptions;

/** What a verb does; gives the exit code. `given` is what of the options was said. */
type Action<T extends OptionTable> = (
  positionals: readonly string[],
  options: Values<WithDisplay<T>>,
  given: Given<WithDisplay<T>>,
) => Promise<number>;

/** Gives a command the options of a table, and what it does. */
export type Define = <T extends OptionTable>(command: Command, table: T, action: Action<T>) => void;
