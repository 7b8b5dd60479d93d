import type { OptionValues } from 'commander';
import { shellWord } from '../../host/link/shell-word.ts';

/** Options that say how the board is reached, by their names in `OptionValues`. */
const connectionOptions = [
  ['port', '--port'],
  ['login', '--login'],
  ['identity', '--identity'],
  ['sshConfig', '--ssh-config'],
  ['sshOption', '--ssh-option'],
  ['transport', '--transport'],
] as const;

/** The arguments that reach a board as these options do. */
export function connectionArguments(options: OptionValues): string[] {
  return connectionOptions.flatMap(([name, option]) => {
    const value: unknown = options[name];
    const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
    return values.flatMap((each) => [option, String(each)]);
  });
}

/** The command by which a run is found again, with the options by which its board was reached. */
export function attachCommandLine(host: string, options: OptionValues, runId: string): string {
  return ['orin-remote', 'attach', host, runId, ...connectionArguments(options)]
    .map(shellWord)
    .join(' ');
}
