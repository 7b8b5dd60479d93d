import type { Command } from 'commander';
import { flag, text } from '../options/option-row.ts';
import { jsonOption, outOption } from '../options/output-options.ts';
import type { Define } from './define.ts';

/** `results` and its verbs. */
export function addResultCommands(program: Command, define: Define): void {
  const results = program.command('results').description('list finished runs, newest first');
  const interactive = flag(
    '-i, --interactive',
    'browse them on the screen: filter, open, compare, export, note',
  );
  define(results, { interactive, ...jsonOption }, async (_, options) =>
    (await import('./results.ts')).listCommand(options),
  );
  addReadingCommands(results, define);
  const verify = results
    .command('verify')
    .argument('<run>')
    .description('recompute result.json from the journal and compare');
  const repair = flag(
    '--repair',
    'write it anew from the journal where they differ; the old file is kept',
  );
  define(verify, { repair }, async ([id = ''], options) =>
    (await import('./verify-results.ts')).verifyCommand(id, options),
  );
  addAnnotationCommands(results, define);
}

function addReadingCommands(results: Command, define: Define): void {
  const show = results
    .command('show')
    .argument('<run>', 'run id, or its beginning, or `latest`')
    .description('one run: cells, distributions, CPU use, environment');
  const showTable = {
    cpu: flag('--cpu', 'what each CPU did in each cell: all columns of mpstat, against idle'),
    irq: flag('--irq', 'interrupts by source and softirqs by type, on which CPU, against idle'),
    json: flag('--json', 'result.json as it is kept'),
    profile: flag('--profile', 'operators by the time that they take, from the profiled session'),
  };
  define(show, showTable, async ([id = ''], options) =>
    (await import('./results.ts')).showCommand(id, options),
  );
  const exporting = results
    .command('export')
    .argument('<run>')
    .argument('[others...]', 'html: runs to compare it with, the first of them as the baseline')
    .description('one run in another format; html is a page for people, in one file');
  const exportTable = {
    format: { ...text('--format <format>', 'html, md, csv, json or parquet'), isRequired: true },
    samples: flag('--samples', 'csv: a row for every iteration instead of every cell'),
    out: outOption,
  };
  define(exporting, exportTable, async (ids, options) =>
    (await import('./results.ts')).exportCommand(ids, options),
  );
}

function addAnnotationCommands(results: Command, define: Define): void {
  const compare = results
    .command('compare')
    .argument(
      '<run...>',
      'the baseline, then others; one alone is held against the marked baseline',
    )
    .description('two or more runs side by side: faster, same, SLOWER, with intervals');
  define(compare, jsonOption, async (ids, options) =>
    (await import('./compare-results.ts')).compareCommand(ids, options),
  );
  const note = results
    .command('note')
    .argument('<run>')
    .argument('[text...]', 'what to remember of the run; an empty text removes the note')
    .description('read or write the note of a run');
  define(note, {}, async ([id = '', ...words]) =>
    (await import('./annotate-results.ts')).noteCommand(id, words),
  );
  const baseline = results
    .command('baseline')
    .argument('[run]', 'default: list the baselines')
    .description('mark the run that later ones of its board and model are held against');
  const remove = flag('--remove', 'it is the baseline no longer');
  define(baseline, { remove }, async ([id], options) =>
    (await import('./annotate-results.ts')).baselineCommand(id, options),
  );
}
