import { Command, CommanderError, type OptionValues } from 'commander';
import { exitCodes } from '../host/errors.ts';
import { addFleetCommands } from './commands/fleet-commands.ts';
import { addLogCommands } from './commands/log-commands.ts';
import { addResultCommands } from './commands/result-commands.ts';
import type { Action, Run } from './commands/run-action.ts';
import { addRuntimeCommands } from './commands/runtime-commands.ts';
import {
  addBenchOptions,
  addConnectionOptions,
  addExperimentOptions,
  addOutputOptions,
} from './options/bench-options.ts';
import { directoriesFrom, makePrivate } from './options/directories.ts';
import { environment } from './options/environment.ts';
import { print, printAside } from './terminal/print.ts';

declare const __ORIN_REMOTE_VERSION__: string;

const examples = `
Examples:
  $ orin-remote bench demo                     no board at hand: this machine, over real SSH
  $ orin-remote bench orin.local               ResNet34 on CIFAR-10 with 1, half and all CPUs
  $ orin-remote bench orin.local --model yolov8n.onnx --threads 1,3,6 --budget 10m
  $ orin-remote fleet orin-[01-40].local       the same on many boards at once
  $ orin-remote doctor orin.local              what the board has, and what is missing
  $ orin-remote results                        what was measured before
`;

/**
 * Parses the arguments and runs the command that they name; gives the exit code. Commands are imported only
 * when they run, so that --help loads nothing of SSH, models or screens.
 */
export async function createProgram(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = new Command('orin-remote');
  const run =
    (action: Action) =>
    async (...args: unknown[]): Promise<void> => {
      const command = args.at(-1) as Command;
      makePrivate(directoriesFrom(environment));
      const options = command.optsWithGlobals();
      try {
        exitCode = await action(command.args, options);
      } catch (error) {
        const { withCompleteCommands } = await import('./words/complete-commands.ts');
        throw withCompleteCommands(error, { ...hostOf(command.args, options), options });
      }
    };
  program
    .description('Benchmarks ONNX models on NVIDIA Jetson boards over plain SSH.')
    .version(__ORIN_REMOTE_VERSION__)
    .option('--debug', 'print stack traces and what is said on the wire')
    .option('--no-color', 'no colour (NO_COLOR is honoured as well)')
    .option('--ascii', 'no characters beyond ASCII')
    .addHelpText('after', examples)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: printAside })
    .showSuggestionAfterError();
  addBoardCommands(program, run);
  addRunCommands(program, run);
  addRuntimeCommands(program, run);
  addFleetCommands(program, run);
  addResultCommands(program, run);
  addModelCommands(program, run);
  addIrqCommand(program, run);
  addLogCommands(program, run);
  nameHelp(program);
  if (argv.slice(2).every((argument) => displayOptions.includes(argument))) {
    return await withoutVerb(program, argv);
  }
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    throw error;
  }
  return exitCode;
}

/** After an error in its arguments each command says where they are told. */
function nameHelp(command: Command, path = command.name()): void {
  const lists = command.name() === 'results' ? `${path} alone lists the runs; its verbs: ` : '';
  command.showHelpAfterError(`  try: ${lists}${path} --help`);
  for (const each of command.commands) nameHelp(each, `${path} ${each.name()}`);
}

/** The board of a command that reaches one. */
function hostOf([host]: readonly string[], options: OptionValues): { readonly host?: string } {
  return host !== undefined && 'sshOption' in options ? { host } : {};
}

const displayOptions: readonly string[] = ['--debug', '--no-color', '--ascii'];

/** The interactive session where somebody sits in front of a terminal; elsewhere the help. */
async function withoutVerb(program: Command, argv: readonly string[]): Promise<number> {
  if (process.stdin.isTTY && process.stdout.isTTY && process.stderr.isTTY) {
    makePrivate(directoriesFrom(environment));
    const { homeCommand } = await import('./commands/home.ts');
    const options = { color: !argv.includes('--no-color'), ascii: argv.includes('--ascii') };
    const exitCode = await homeCommand(options);
    if (exitCode !== null) return exitCode;
  }
  program.outputHelp({ error: true });
  return exitCodes.usage;
}

function addBoardCommands(program: Command, run: Run): void {
  const bench = program
    .command('bench')
    .argument('<host>', 'user@host:port, a name of ~/.ssh/config, or `demo` for this machine')
    .description('measure a model on one board');
  addBenchOptions(bench);
  addConnectionOptions(bench);
  bench.action(
    run(async ([host = ''], options) =>
      (await import('./commands/bench.ts')).benchCommand(host, options),
    ),
  );
  const doctor = program
    .command('doctor')
    .argument('<host>')
    .description('what a board has, what is missing, and the command that would fix it')
    .option('--json', 'one JSON document');
  addConnectionOptions(doctor);
  doctor.action(
    run(async ([host = ''], options) =>
      (await import('./commands/doctor.ts')).doctorCommand(host, options),
    ),
  );
  const clean = program
    .command('clean')
    .argument('<host>')
    .description('remove everything of ours from a board')
    .option('--force', 'even runs that are under way, which are ended first, or not collected yet');
  addConnectionOptions(clean);
  clean.action(
    run(async ([host = ''], options) =>
      (await import('./commands/clean.ts')).cleanCommand(host, options),
    ),
  );
}

function addRunCommands(program: Command, run: Run): void {
  const attach = program
    .command('attach')
    .argument('<host>')
    .argument('[run]', 'run id or its beginning (default: the one under way, else the only one)')
    .description('follow a run that is on a board, or collect it, from any machine')
    .option(
      '--resume',
      'of a run that was cut, measure what is missing, as a further segment of it',
    )
    .option('--offline', 'with --resume: use only what is in the cache of this machine');
  addOutputOptions(attach);
  addConnectionOptions(attach);
  attach.action(
    run(async ([host = '', id = null], options) =>
      (await import('./commands/attach.ts')).attachCommand(host, id, options),
    ),
  );
  const runs = program
    .command('runs')
    .argument('<host>')
    .description('the runs on a board: under way, or not collected yet')
    .option('--json', 'one JSON document');
  addConnectionOptions(runs);
  runs.action(
    run(async ([host = ''], options) =>
      (await import('./commands/runs.ts')).runsCommand(host, options),
    ),
  );
  const cancel = program
    .command('cancel')
    .argument('<host>')
    .argument('[run]', 'as of attach')
    .description('stop a run, then collect what was measured')
    .option('--no-collect', 'leave what was measured on the board');
  addOutputOptions(cancel);
  addConnectionOptions(cancel);
  cancel.action(
    run(async ([host = '', id = null], options) =>
      (await import('./commands/attach.ts')).cancelCommand(host, id, options),
    ),
  );
}

function addModelCommands(program: Command, run: Run): void {
  const model = program
    .command('model')
    .description('built-in models, and what is in an ONNX file');
  model
    .command('list')
    .description('the built-in models')
    .option('--json', 'one JSON document')
    .action(
      run(async (_, options) => (await import('./commands/model.ts')).listModelsCommand(options)),
    );
  model
    .command('make')
    .argument('<name>')
    .description('write a built-in model to a file')
    .option('-o, --out <file>', 'file to write; - is stdout')
    .action(
      run(async ([name = ''], options) =>
        (await import('./commands/model.ts')).makeModelCommand(name, options),
      ),
    );
  model
    .command('inspect')
    .argument('<file>', 'an .onnx file or a built-in name')
    .description('inputs, outputs, parameters, operators, estimated FLOPs')
    .option('--shape <name=1x3x224x224>', 'shape of an input; N is the batch', collect, [])
    .option('--batch <n>', 'batch size')
    .option('--batch-axis <name>', 'which dimension is the batch, as of bench', collect, [])
    .option('--allow-links', 'follow links of external data out of the directory of its model')
    .option('--json', 'one JSON document')
    .action(
      run(async ([file = ''], options) =>
        (await import('./commands/model.ts')).inspectModelCommand(file, options),
      ),
    );
}

function addIrqCommand(program: Command, run: Run): void {
  const irq = program
    .command('irq')
    .argument('[host]', 'as of bench: measures what inference and interrupts do to each other')
    .description('which CPU serves which interrupts, and what they cost: on a board, or in dumps');
  addExperimentOptions(irq);
  irq
    .optionsGroup('Saved dumps, instead of a board:')
    .option(
      '--file <file>',
      'copy of /proc/interrupts, or of it and /proc/softirqs; - is standard input',
    )
    .option('--softirqs <file>', 'copy of /proc/softirqs')
    .option('--before-file <file>', 'earlier copy of /proc/interrupts: counts what came since')
    .option('--before-softirqs <file>', 'earlier copy of /proc/softirqs');
  addOutputOptions(irq);
  addConnectionOptions(irq);
  irq.action(
    run(async ([host], options) => {
      if ((host === undefined) === (options.file === undefined)) {
        irq.error('error: give a host, or a dump as --file', { exitCode: exitCodes.usage });
      }
      if (host === undefined) return (await import('./commands/irq.ts')).irqFileCommand(options);
      return (await import('./commands/irq-experiment.ts')).irqCommand(host, options);
    }),
  );
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}
