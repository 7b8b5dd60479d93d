import type { Command } from 'commander';
import {
  addBenchOptions,
  addConnectionOptions,
  addOutputOptions,
} from '../options/bench-options.ts';
import type { Run } from './run-action.ts';

const RUN_ID = 'id of the fleet run, its beginning, or `latest`';

/** `fleet` and what belongs to it. */
export function addFleetCommands(program: Command, run: Run): void {
  const fleet = program
    .command('fleet')
    .argument(
      '[hosts...]',
      'hosts, ranges like orin-[01-40].local; with a list: names, tag:NAME, !NAME',
    )
    .description('measure a model on many boards at once');
  addListOptions(fleet);
  fleet
    .optionsGroup('Taking turns:')
    .option('--jobs <n>', 'boards that measure at the same time (default: all)')
    .option('--push-jobs <n>', 'boards that are sent files at the same time', '4')
    .option('--fail-fast', 'stop all boards when the first one fails');
  addBenchOptions(fleet);
  addConnectionOptions(fleet);
  fleet.action(
    run(async (terms, options) => (await import('./fleet.ts')).fleetCommand(terms, options)),
  );
  const check = fleet
    .command('check')
    .argument('[hosts...]')
    .description('what every board has and lacks, as a table');
  addListOptions(check);
  check.optionsGroup('Options:').option('--json', 'one JSON document');
  addConnectionOptions(check);
  check.action(
    run(async (terms, options) =>
      (await import('./fleet-check.ts')).fleetCheckCommand(terms, options),
    ),
  );
  addReservationCommands(fleet, run);
  addFleetRunCommands(fleet, run);
}

function addListOptions(command: Command): void {
  command
    .optionsGroup('Which boards:')
    .option('--fleet <file>', 'fleet file (default: fleet.yaml in the configuration directory)')
    .option('--inventory <file>', 'an Ansible inventory, INI or YAML')
    .option('--ssh-hosts', 'the hosts that ~/.ssh/config names');
}

/** Who has which boards for how long: told to others, binding nobody. */
function addReservationCommands(fleet: Command, run: Run): void {
  const onBoards = (name: 'reserve' | 'release' | 'reservations', description: string) => {
    const command = fleet.command(name).argument('[hosts...]').description(description);
    addListOptions(command);
    command.optionsGroup('Options:').option('--json', 'one JSON document');
    command.action(
      run(async (terms, options) =>
        (await import('./fleet-reservations.ts')).fleetReservationCommand(name, terms, options),
      ),
    );
    return command;
  };
  const reserve = onBoards('reserve', 'tell others that you want these boards for a while');
  reserve
    .option('--for <duration>', 'how long, e.g. 2h; it ends by itself', '1h')
    .option('--note <text>', 'what for', '')
    .option('--force', "take over somebody else's reservation");
  const release = onBoards('release', 'end a reservation of yours before its time');
  release.option('--force', "end somebody else's");
  const list = onBoards('reservations', 'who has reserved which boards, and until when');
  for (const command of [reserve, release, list]) addConnectionOptions(command);
}

/** Commands for a fleet run that was begun before. */
function addFleetRunCommands(fleet: Command, run: Run): void {
  const onRun = (name: 'retry' | 'attach' | 'cancel', description: string) => {
    const command = fleet
      .command(name)
      .argument('[run]', RUN_ID, 'latest')
      .description(description);
    addOutputOptions(command);
    command.action(
      run(async ([id = 'latest'], options) =>
        (await import('./fleet.ts')).fleetRunCommand(name, id, options),
      ),
    );
  };
  onRun('retry', 'measure again on the boards that gave no result, with the same options');
  onRun('attach', 'follow or collect the runs that are still on the boards');
  onRun('cancel', 'stop the runs that are still on the boards, and collect what was measured');
  fleet
    .command('list')
    .description('fleet runs, newest first')
    .option('--json', 'one JSON document')
    .action(
      run(async (_, options) => (await import('./fleet-results.ts')).fleetListCommand(options)),
    );
  const show = fleet
    .command('show')
    .argument('[run]', RUN_ID, 'latest')
    .description('one fleet run: boards by speed, odd boards, failures');
  addOutputOptions(show);
  show.action(
    run(async ([id = 'latest'], options) =>
      (await import('./fleet-results.ts')).fleetShowCommand(id, options),
    ),
  );
  fleet
    .command('export')
    .argument('[run]', RUN_ID, 'latest')
    .description('one fleet run in another format: all boards in one file')
    .requiredOption('--format <format>', 'json, csv, md or parquet')
    .option('--samples', 'csv, parquet: a row for every iteration instead of every cell')
    .option('-o, --out <file>', 'write there; - is stdout', '-')
    .action(
      run(async ([id = 'latest'], options) =>
        (await import('./fleet-export.ts')).fleetExportCommand(id, options),
      ),
    );
}
