import type { ConnectionSettings, GivenConnection } from '../../host/reach/connection-settings.ts';
import {
  choice,
  flag,
  grouped,
  optional,
  privately,
  type Rows,
  text,
  texts,
} from './option-row.ts';
import { argumentsOf, withDefaults } from './option-table.ts';
import { wholeNumber } from './parse-values.ts';

/** How to reach a board: the same options on every command that does. */
export const connectionOptions = privately(
  grouped('Connection (everything else comes from ~/.ssh/config):', {
    port: optional('-p, --port <port>', 'port', {
      parse: (number) => wholeNumber(number, '--port'),
    }),
    login: text('-l, --login <user>', 'user'),
    identity: text('-i, --identity <file>', 'private key file'),
    ssh_config: text('-F, --ssh-config <file>', 'use this ssh_config file'),
    ssh_options: texts('--ssh-option <key=value>', 'an ssh_config option, as `ssh -o`'),
    accept_new: flag(
      '--accept-new',
      'trust a host key that was never seen (a changed key is always refused)',
    ),
    batch_mode: flag('--batch-mode', 'never ask for anything'),
    transport: choice(
      '--transport <way>',
      'ssh2 in this program, or the ssh of this machine (default: the one that can)',
      ['auto', 'ssh2', 'ssh'],
    ),
  } satisfies Rows<ConnectionSettings>),
);

export function connectionWith(given: GivenConnection): ConnectionSettings {
  return withDefaults(connectionOptions, given);
}

/** What leads to the board again: for a command to repeat, and for the home screen to remember. */
export function wayOf(given: GivenConnection): GivenConnection {
  const { port, login, identity, ssh_config, ssh_options, transport } = given;
  return { port, login, identity, ssh_config, ssh_options, transport };
}

/** The arguments that reach a board so. */
export function connectionArguments(given: GivenConnection): string[] {
  return argumentsOf(connectionOptions, wayOf(given));
}
