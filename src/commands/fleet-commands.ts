import type { Command } from 'commander';
import { connectionOptions } from '../options/connection-options.ts';
import { boardListOptions, fleetOptions } from '../options/fleet-options.ts';
import { flag, type OptionTable, text, withDefault } from '../options/option-row.ts';
import { withDefaults } from '../options/option-table.ts';
import { fleetOutputOptions, jsonOption, outOption } from '../options/output-options.ts';
import { durationMs, durationText } from '../options/parse-values.ts';
import type { Define } from './define.ts';

const RUN_ID = 'id of the fleet run, its beginning, or `latest`';

/** `fleet` and what belongs to it. */
export function addFleetCommands(program: Command, define: Define): void {
  const fleet = program
    .command('fleet')
    .argument(
      '[hosts...]',
      'hosts, ranges like orin-[01-40].local; with a list: names, tag:NAME, !NAME',
    )
    .description('measure a model on many boards at once');
  define(fleet, fleetOptions, async (terms, options, given) =>
    (await import('./fleet.ts')).fleetCommand(terms, options, given),
  );
  const check = fleet
    .command('check')
    .argument('[hosts...]')
    .description('what every board has and lacks, as a table');
  const checkTable = { ...boardListOptions, ...jsonOption, ...connectionOptions };
  define(check, checkTable, async (terms, options) =>
    (await import('./fleet-check.ts')).fleetCheckCommand(terms, options),
  );
  addReservationCommands(fleet, define);
  addFleetRunCommands(fleet, define);
  addFleetResultCommands(fleet, define);
}

/** Who has which boards for how long: told to others, binding nobody. */
function addReservationCommands(fleet: Command, define: Define): void {
  const forMs = withDefault('--for <duration>', 'how long, e.g. 2h; it ends by itself', '1h', {
    parse: (time) => durationMs(time, '--for'),
    write: durationText,
  });
  const note = withDefault('--note <text>', 'what for', '', { parse: (words) => words });
  const asked = { forMs, note, force: flag('--force', "take over somebody else's reservation") };
  const onBoards = <T extends OptionTable>(
    name: 'reserve' | 'release' | 'reservations',
    description: string,
    own: T,
  ) => {
    const command = fleet.command(name).argument('[hosts...]').description(description);
    const table = { ...boardListOptions, ...jsonOption, ...own, ...connectionOptions };
    define(command, table, async (terms, options) =>
      (await import('./fleet-reservations.ts')).fleetReservationCommand(name, terms, {
        ...withDefaults(asked, {}),
        ...options,
      }),
    );
  };
  onBoards('reserve', 'tell others that you want these boards for a while', asked);
  const force = flag('--force', "end somebody else's");
  onBoards('release', 'end a reservation of yours before its time', { force });
  onBoards('reservations', 'who has reserved which boards, and until when', {});
}

/** Commands for a fleet run that was begun before. */
function addFleetRunCommands(fleet: Command, define: Define): void {
  const onRun = (name: 'retry' | 'attach' | 'cancel', description: string) => {
    const command = fleet
      .command(name)
      .argument('[run]', RUN_ID, 'latest')
      .description(description);
    define(command, fleetOutputOptions, async ([id = 'latest'], options) =>
      (await import('./fleet.ts')).fleetRunCommand(name, id, options),
    );
  };
  onRun('retry', 'measure again on the boards that gave no result, with the same options');
  onRun('attach', 'follow or collect the runs that are still on the boards');
  onRun('cancel', 'stop the runs that are still on the boards, and collect what was measured');
}

function addFleetResultCommands(fleet: Command, define: Define): void {
  const list = fleet.command('list').description('fleet runs, newest first');
  define(list, jsonOption, async (_, options) =>
    (await import('./fleet-results.ts')).fleetListCommand(options),
  );
  const show = fleet
    .command('show')
    .argument('[run]', RUN_ID, 'latest')
    .description('one fleet run: boards by speed, odd boards, failures');
  define(show, fleetOutputOptions, async ([id = 'latest'], options) =>
    (await import('./fleet-results.ts')).fleetShowCommand(id, options),
  );
  const exporting = fleet
    .command('export')
    .argument('[run]', RUN_ID, 'latest')
    .description('one fleet run in another format: all boards in one file');
  const exportTable = {
    format: { ...text('--format <format>', 'json, csv, md or parquet'), isRequired: true },
    samples: flag('--samples', 'csv, parquet: a row for every iteration instead of every cell'),
    out: outOption,
  };
  define(exporting, exportTable, async ([id = 'latest'], options) =>
    (await import('./fleet-export.ts')).fleetExportCommand(id, options),
  );
}
