import { homedir } from 'node:os';
import { join } from 'node:path';
import { OrinError } from '../../host/errors.ts';
import type { BoardQuery } from '../../host/fleet/find-boards.ts';
import type { RawPlan } from '../../host/fleet/fleet-file.ts';
import { type LaneLimits, MAX_CONNECTS } from '../../host/fleet/fleet-lanes.ts';
import type { FleetRecord } from '../../host/fleet/fleet-record.ts';
import type { GivenSettings } from '../../host/plan/settings.ts';
import { measureOptions } from './bench-table.ts';
import { connectionOptions } from './connection-options.ts';
import type { Directories } from './directories.ts';
import {
  type BoardListSettings,
  type fleetOptions,
  type TurnSettings,
  turnOptions,
} from './fleet-options.ts';
import type { Given } from './option-row.ts';
import { givenUnder, readOption } from './option-table.ts';
import { absolutePath } from './paths.ts';

/** Which boards the command line means. */
export function boardQueryFrom(
  terms: readonly string[],
  options: BoardListSettings & { readonly ssh_config: string | null },
  directories: Directories,
): BoardQuery {
  const sshConfig = options.ssh_config ?? join(homedir(), '.ssh', 'config');
  return {
    terms,
    fleetFile: options.fleet,
    inventory: options.inventory,
    sshConfig: options.ssh_hosts ? sshConfig : null,
    defaultFleetFile: directories.fleetFile,
    readPlan,
  };
}

export function laneLimitsFrom(options: TurnSettings): LaneLimits {
  return {
    connects: MAX_CONNECTS,
    pushes: options.push_jobs,
    runs: options.jobs ?? Number.POSITIVE_INFINITY,
  };
}

/**
 * The settings that a fleet file gives a board, by the long names of options; its paths are
 * relative to the file.
 * @throws OrinError `config` for an option that cannot be, `usage` for a value.
 */
export function readPlan(plan: RawPlan, board: string, base: string): GivenSettings {
  const read = Object.entries(plan).map(([name, value]) => {
    const option = readOption(measureOptions, `--${name}`, value);
    if (option !== null) return option;
    throw new OrinError({
      code: 'config',
      what: `the plan of ${board} cannot be read`,
      why: `${name}: ${JSON.stringify(value)} is no value of an option --${name}`,
      next: 'the format is in docs/fleet.md',
    });
  });
  return withAbsolutePaths(Object.fromEntries(read), base);
}

/** What was said of a fleet run, so that it can be done again in another directory and later. */
export function portableOptions(given: Given<typeof fleetOptions>): FleetRecord['options'] {
  const base = process.cwd();
  const { ssh_config, identity, ...connection } = givenUnder(connectionOptions, given);
  return {
    ...withAbsolutePaths(givenUnder(measureOptions, given), base),
    ...givenUnder(turnOptions, given),
    ...connection,
    ...(ssh_config && { ssh_config: absolutePath(ssh_config, base) }),
    ...(identity && { identity: absolutePath(identity, base) }),
  };
}

/** A plain word is a built-in model. */
function withAbsolutePaths(given: GivenSettings, base: string): GivenSettings {
  const { models, inputs, data } = given;
  const isPath = (model: string) => model.includes('/') || model.endsWith('.onnx');
  const files = Object.entries(inputs ?? {}).map(([name, path]) => [
    name,
    absolutePath(path, base),
  ]);
  return {
    ...given,
    ...(models && {
      models: models.map((each) => (isPath(each) ? absolutePath(each, base) : each)),
    }),
    ...(inputs && { inputs: Object.fromEntries(files) }),
    ...(data && { data: { ...data, path: absolutePath(data.path, base) } }),
  };
}
