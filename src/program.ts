import { Command, CommanderError } from 'commander';
import { exitCodes } from '../host/errors.ts';
import { addBoardCommands, addIrqCommand } from './commands/board-commands.ts';
import type { Define } from './commands/define.ts';
import { addFleetCommands } from './commands/fleet-commands.ts';
import { addLogCommands } from './commands/log-commands.ts';
import { addModelCommands } from './commands/model-commands.ts';
import { addResultCommands } from './commands/result-commands.ts';
import { addRunCommands } from './commands/run-commands.ts';
import { addRuntimeCommands } from './commands/runtime-commands.ts';
import { connectionArguments, connectionOptions } from './options/connection-options.ts';
import { directoriesFrom, makePrivate } from './options/directories.ts';
import { environment } from './options/environment.ts';
import { addOptions, givenIn, withDefaults } from './options/option-table.ts';
import { displayOptions } from './options/output-options.ts';
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
 * Parses the arguments and runs the command that they name; gives the exit code. Commands are
 * imported only when they run, so that --help loads nothing of SSH, models or screens.
 */
export async function createProgram(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = new Command('orin-remote');
  const define: Define = (command, table, action) => {
    addOptions(command, table);
    command.action(async () => {
      makePrivate(directoriesFrom(environment));
      const whole = { ...displayOptions, ...table };
      const said = command.optsWithGlobals();
      const given = givenIn(whole, said);
      try {
        exitCode = await action(command.args, withDefaults(whole, given), given);
      } catch (error) {
        const { withCompleteCommands } = await import('./words/complete-commands.ts');
        const [host] = 'ssh_config' in table ? command.args : [];
        const reachedBy = connectionArguments(givenIn(connectionOptions, said));
        throw withCompleteCommands(error, { ...(host !== undefined && { host }), reachedBy });
      }
    });
  };
  program
    .description('Benchmarks ONNX models on NVIDIA Jetson boards over plain SSH.')
    .version(__ORIN_REMOTE_VERSION__)
    .addHelpText('after', examples)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: printAside })
    .showSuggestionAfterError();
  addOptions(program, displayOptions);
  addBoardCommands(program, define);
  addRunCommands(program, define);
  addRuntimeCommands(program, define);
  addFleetCommands(program, define);
  addResultCommands(program, define);
  addModelCommands(program, define);
  addIrqCommand(program, define);
  addLogCommands(program, define);
  nameHelp(program);
  if (argv.slice(2).every((argument) => displayFlags.includes(argument))) {
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

const displayFlags = Object.values(displayOptions).map(({ flags }) => flags);

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
