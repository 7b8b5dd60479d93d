import { type Command, Option } from 'commander';
import { addEngineOptions } from './engine-options.ts';

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

/** How to reach a board: the same options on every command that does. */
export function addConnectionOptions(command: Command): void {
  command
    .optionsGroup('Connection (everything else comes from ~/.ssh/config):')
    .option('-p, --port <port>', 'port')
    .option('-l, --login <user>', 'user')
    .option('-i, --identity <file>', 'private key file')
    .option('-F, --ssh-config <file>', 'use this ssh_config file')
    .option('--ssh-option <key=value>', 'an ssh_config option, as `ssh -o`', collect, [])
    .option(
      '--accept-new',
      'trust a host key that was never seen (a changed key is always refused)',
    )
    .option('--batch-mode', 'never ask for anything')
    .addOption(
      new Option(
        '--transport <way>',
        'ssh2 in this program, or the ssh of this machine (default: the one that can)',
      ).choices(['auto', 'ssh2', 'ssh']),
    );
}

/** What to measure, how long, and how to show it. */
export function addBenchOptions(command: Command): void {
  command
    .optionsGroup('What to measure (every combination is a cell):')
    .option('--model <name|file>', 'built-in model or .onnx file; may be repeated', collect, []);
  addEngineOptions(command);
  command
    .option('--threads <list>', 'intra-op threads, e.g. 1,3,6 (default: 1, half and all CPUs)')
    .option('--batch <list>', "batch sizes (default: the model's own, else 1)")
    .option(
      '--batch-axis <name>',
      'which dimension is the batch: its name, input:axis (may be repeated), or none (default: what the model says)',
      collect,
      [],
    )
    .option('--affinity <list>', 'CPU lists, e.g. 0-5,1-5 or 0+2+4; `any` leaves it alone', 'any')
    .option('--opt <levels>', 'graph optimisation: disabled, basic, extended, layout, all', 'all')
    .option('--spinning <list>', 'on, off or on,off', 'on')
    .option('--inter-op <list>', 'inter-op threads; off runs sequentially', 'off')
    .option('--session <key=value>', 'ONNX Runtime session configuration entry', collect, [])
    .option('--include <key=value,...>', 'keep only the cells that match', collect, [])
    .option('--exclude <key=value,...>', 'leave out the cells that match', collect, [])
    .option('--oversubscribe', 'allow more threads than CPUs')
    .optionsGroup('Inputs:')
    .option('--shape <name=1x3x224x224>', 'shape of an input, exactly; N is the batch', collect, [])
    .option(
      '--input <name=file.npy>',
      'real values for an input: its shape is that of the array',
      collect,
      [],
    )
    .option('--range <name=low..high>', 'range of seeded integers for an input', collect, [])
    .option('--distribution <kind>', 'seeded floats: uniform or normal', 'uniform')
    .option('--data <cifar10:path>', 'real CIFAR-10 images (directory or test_batch.bin)')
    .option('--images <n>', 'also report passes over n images: average, max, min in seconds')
    .option('--seed <n>', 'seed of inputs and of the order of cells', '1')
    .addOption(
      new Option(
        '--preset <name>',
        'thesis: both ResNet34, 1, half and all CPUs, passes over 10,000 images, in the tables of the thesis',
      ).choices(['thesis']),
    )
    .optionsGroup('How long:')
    .option('--quick', '3 processes of 3 s per cell; intervals are indicative')
    .option('--thorough', '10 to 20 processes of 20 s per cell, to 0.5 %')
    .option(
      '--budget <duration>',
      'stop after this wall time, e.g. 10m; trtexec building engines comes on top',
    )
    .option('--blocks <n>', 'exactly this many processes per cell')
    .option('--target <share>', 'stop a cell at this half-width of the 95 % interval, e.g. 1%')
    .option(
      '--cooldown <duration|off>',
      'longest wait between processes for the board to come back to 3 °C above its start (default: 20s; 6s with --quick)',
    )
    .option('--dry-run', 'show the cells and the time that they take; measure nothing');
  addBoardOptions(command);
  addOutputOptions(command);
}

function addBoardOptions(command: Command): void {
  command
    .optionsGroup('On the board:')
    .option(
      '--telemetry <source>',
      'mpstat, proc, full (sources of interrupts five times a second) or off (default: mpstat where it is installed, which takes the least CPU time of those that log; else proc)',
    )
    .option('--check-telemetry', 'measure every cell with and without telemetry: what it costs')
    .option(
      '--require-locked',
      'refuse a board whose clocks can move (lock them: sudo jetson_clocks)',
    )
    .option(
      '--wait <duration>',
      'take turns: wait at most this long, e.g. 2h, for a board that others use or have reserved',
    )
    .option('--keep <size>', 'least recently used files beyond this are removed', '2G')
    .option('--offline', 'use only what is in the cache of this machine')
    .option('--allow-links', 'follow links of external data out of the directory of its model')
    .option('--detach', 'print the id of the run and leave; `attach` finds it again');
}

/** What of `bench` the interrupt experiment leaves open; the cells are its own. */
export function addExperimentOptions(command: Command): void {
  command
    .optionsGroup('The experiment:')
    .option('--model <name|file>', 'built-in model or .onnx file; may be repeated', collect, [])
    .option('--shape <name=1x3x224x224>', 'shape of an input, exactly', collect, [])
    .option('--batch-axis <name>', 'which dimension is the batch, as of bench', collect, [])
    .option('--seed <n>', 'seed of inputs and of the order of cells', '1')
    .option('--quick', '3 processes of 3 s per cell; intervals are indicative')
    .option('--thorough', '10 to 20 processes of 20 s per cell, to 0.5 %')
    .option(
      '--budget <duration>',
      'stop after this wall time, e.g. 10m; trtexec building engines comes on top',
    )
    .option('--blocks <n>', 'exactly this many processes per cell')
    .addOption(
      new Option(
        '--move-irqs [where]',
        'measure also with interrupts moved, by root, and put back: gather (onto one CPU), spread, or auto',
      )
        .choices(['auto', 'gather', 'spread'])
        .preset('auto'),
    )
    .option('--yes', 'move interrupts without asking')
    .option('--cooldown <duration|off>', 'as of bench')
    .option('--telemetry <source>', 'as of bench (default: full)')
    .option('--require-locked', 'refuse a board whose clocks can move');
}

/** How a result is shown: the same options on every command that ends in one. */
export function addOutputOptions(command: Command): void {
  command
    .optionsGroup('Output:')
    .option('--json', 'one JSON document on stdout')
    .option('--output <format>', 'table, ndjson, csv or md', 'table')
    .option('--tui', 'watch the run full screen; the result goes to stdout as ever')
    .option('-q, --quiet', 'no progress');
}
