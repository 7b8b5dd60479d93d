import type { Command } from 'commander';
import type { Run } from './run-action.ts';

/** `results` and its verbs. */
export function addResultCommands(program: Command, run: Run): void {
  const results = program
    .command('results')
    .description('list finished runs, newest first')
    .option('-i, --interactive', 'browse them on the screen: filter, open, compare, export, note')
    .option('--json', 'one JSON document')
    .action(run(async (_, options) => (await import('./results.ts')).listCommand(options)));
  results
    .command('show')
    .argument('<run>', 'run id, or its beginning, or `latest`')
    .description('one run: cells, distributions, CPU use, environment')
    .option('--cpu', 'what each CPU did in each cell: all columns of mpstat, against idle')
    .option('--irq', 'interrupts by source and softirqs by type, on which CPU, against idle')
    .option('--json', 'result.json as it is kept')
    .option('--profile', 'operators by the time that they take, from the profiled session')
    .action(
      run(async ([id = ''], options) => (await import('./results.ts')).showCommand(id, options)),
    );
  results
    .command('export')
    .argument('<run>')
    .argument('[others...]', 'html: runs to compare it with, the first of them as the baseline')
    .description('one run in another format; html is a page for people, in one file')
    .requiredOption('--format <format>', 'html, md, csv, json or parquet')
    .option('--samples', 'csv: a row for every iteration instead of every cell')
    .option('-o, --out <file>', 'write there; - is stdout', '-')
    .action(
      run(async (ids, options) => (await import('./results.ts')).exportCommand(ids, options)),
    );
  results
    .command('verify')
    .argument('<run>')
    .description('recompute result.json from the journal and compare')
    .option('--repair', 'write it anew from the journal where they differ; the old file is kept')
    .action(
      run(async ([id = ''], options) =>
        (await import('./verify-results.ts')).verifyCommand(id, options),
      ),
    );
  addAnnotationCommands(results, run);
}

function addAnnotationCommands(results: Command, run: Run): void {
  results
    .command('compare')
    .argument(
      '<run...>',
      'the baseline, then others; one alone is held against the marked baseline',
    )
    .description('two or more runs side by side: faster, same, SLOWER, with intervals')
    .option('--json', 'one JSON document')
    .action(
      run(async (ids, options) =>
        (await import('./compare-results.ts')).compareCommand(ids, options),
      ),
    );
  results
    .command('note')
    .argument('<run>')
    .argument('[text...]', 'what to remember of the run; an empty text removes the note')
    .description('read or write the note of a run')
    .action(
      run(async ([id = '', ...words]) =>
        (await import('./annotate-results.ts')).noteCommand(id, words),
      ),
    );
  results
    .command('baseline')
    .argument('[run]', 'default: list the baselines')
    .description('mark the run that later ones of its board and model are held against')
    .option('--remove', 'it is the baseline no longer')
    .action(
      run(async ([id], options) =>
        (await import('./annotate-results.ts')).baselineCommand(id, options),
      ),
    );
}
