import type { Command } from 'commander';
import { offlineOption } from '../options/board-options.ts';
import { connectionOptions } from '../options/connection-options.ts';
import { ortPackageOption } from '../options/engine-options.ts';
import { flag, text } from '../options/option-row.ts';
import { jsonOption } from '../options/output-options.ts';
import type { Define } from './define.ts';

/** `orin-remote runtime …`: builds of ONNX Runtime, on this machine and on boards. */
export function addRuntimeCommands(program: Command, define: Define): void {
  const runtime = program
    .command('runtime')
    .description('GPU builds of ONNX Runtime: what is stored here, what a board has, what runs');
  const list = runtime
    .command('list')
    .argument('[host]', 'also what this board has by itself')
    .description('stored builds; trtexec and libraries of ONNX Runtime on a board');
  define(list, { ...jsonOption, ...connectionOptions }, async ([host], options) =>
    (await import('./runtime.ts')).listRuntimesCommand(host, options),
  );
  const add = runtime
    .command('add')
    .argument('<dir|tgz>', 'your build of onnxruntime-node (docs/gpu/README.md)')
    .description('store a build: every board of its platform is measured with it from then on');
  const name = text('--name <name>', 'what to call it (default: by its library)');
  define(add, { name, ...jsonOption }, async ([path = ''], options) =>
    (await import('./runtime.ts')).addRuntimeCommand(path, options),
  );
  const remove = runtime.command('remove').argument('<name>').description('forget a stored build');
  define(remove, {}, async ([stored = '']) =>
    (await import('./runtime.ts')).removeRuntimeCommand(stored),
  );
  const check = runtime
    .command('check')
    .argument('<host>')
    .description('run a small model through every engine and provider: which open, and why not');
  const checkTable = {
    ort_package: { ...ortPackageOption, about: 'with this build instead of the stored one' },
    offline: offlineOption,
    ...jsonOption,
    quiet: flag('-q, --quiet', 'no progress'),
    ...connectionOptions,
  };
  define(check, checkTable, async ([host = ''], options) =>
    (await import('./runtime-check.ts')).checkRuntimesCommand(host, options),
  );
}
