import { measureOptions } from './bench-table.ts';
import { connectionOptions } from './connection-options.ts';
import { flag, grouped, optional, text, type Values, withDefault } from './option-row.ts';
import { fleetOutputOptions } from './output-options.ts';
import { wholeNumber } from './parse-values.ts';

/** Which boards are meant. */
export const boardListOptions = grouped('Which boards:', {
  fleet: text('--fleet <file>', 'fleet file (default: fleet.yaml in the configuration directory)'),
  inventory: text('--inventory <file>', 'an Ansible inventory, INI or YAML'),
  ssh_hosts: flag('--ssh-hosts', 'the hosts that ~/.ssh/config names'),
});
export type BoardListSettings = Values<typeof boardListOptions>;

/** How many boards do what at the same time. */
export const turnOptions = grouped('Taking turns:', {
  jobs: optional('--jobs <n>', 'boards that measure at the same time (default: all)', {
    parse: (count) => wholeNumber(count, '--jobs'),
  }),
  push_jobs: withDefault('--push-jobs <n>', 'boards that are sent files at the same time', '4', {
    parse: (count) => wholeNumber(count, '--push-jobs'),
  }),
  fail_fast: flag('--fail-fast', 'stop all boards when the first one fails'),
});
/** All that `fleet` can be told. */
export const fleetOptions = {
  ...boardListOptions,
  ...turnOptions,
  ...measureOptions,
  ...fleetOutputOptions,
  ...connectionOptions,
};
export type FleetSettings = Values<typeof fleetOptions>;
export type TurnSettings = Values<typeof turnOptions>;
