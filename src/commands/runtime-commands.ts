import type { Command } from 'commander';
import { addConnectionOptions } from '../options/bench-options.ts';
import type { Run } from './run-action.ts';

/** `orin-remote runtime …`: builds of ONNX Runtime, on this machine and on boards. */
export function addRuntimeCommands(program: Command, run: Run): void {
  const runtime = program
    .command('runtime')
    .description('GPU builds of ONNX Runtime: what is stored here, what a board has, what runs');
  const list = runtime
    .command('list')
    .argument('[host]', 'also what this board has by itself')
    .description('stored builds; trtexec and libraries of ONNX Runtime on a board')
    .option('--json', 'one JSON document');
  addConnectionOptions(list);
  list.action(
    run(async ([host], options) =>
      (await import('./runtime.ts')).listRuntimesCommand(host, options),
    ),
  );
  runtime
    .command('add')
    .argument('<dir|tgz>', 'your build of onnxruntime-node (docs/gpu.md)')
    .description('store a build: every board of its platform is measured with it from then on')
    .option('--name <name>', 'what to call it (default: by its library)')
    .option('--json', 'one JSON document')
    .action(
      run(async ([path = ''], options) =>
        (await import('./runtime.ts')).addRuntimeCommand(path, options),
      ),
    );
  runtime
    .command('remove')
    .argument('<name>')
    .description('forget a stored build')
    .action(run(async ([name = '']) => (await import('./runtime.ts')).removeRuntimeCommand(name)));
  const check = runtime
    .command('check')
    .argument('<host>')
    .description('run a small model through every engine and provider: which open, and why not')
    .option('--ort <name|dir|tgz|npm>', 'with this build instead of the stored one')
    .option('--offline', 'use only what is in the cache of this machine')
    .option('--json', 'one JSON document')
    .option('-q, --quiet', 'no progress');
  addConnectionOptions(check);
  check.action(
    run(async ([host = ''], options) =>
      (await import('./runtime-check.ts')).checkRuntimesCommand(host, options),
    ),
  );
}
