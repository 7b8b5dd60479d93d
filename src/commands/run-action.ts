import type { OptionValues } from 'commander';

/** What a verb does; gives the exit code. */
export type Action = (positionals: readonly string[], options: OptionValues) => Promise<number>;

/** Makes of an action what Commander calls. */
export type Run = (action: Action) => (...args: unknown[]) => Promise<void>;
