import { hostname, userInfo } from 'node:os';
import type { OptionValues } from 'commander';
import { exitCodes } from '../../host/errors.ts';
import type { InputRequest } from '../../host/inputs/cell-inputs.ts';
import { type BenchOutcome, bench } from '../../host/run/bench.ts';
import type { RunEvent } from '../../host/run/run-event.ts';
import { axesFrom, effortRequestFrom } from '../config/bench-values.ts';
import { directoriesFrom } from '../config/directories.ts';
import { environment } from '../config/environment.ts';
import { inputsFrom } from '../config/input-values.ts';
import { choicesFrom, sizeBytes, wholeNumber, wholeNumbers } from '../config/parse-values.ts';
import { shareableArguments } from '../config/shareable-arguments.ts';
import { describeOperators } from '../output/operator-table.ts';
import { describePlan } from '../output/plan-table.ts';
import { printResult } from '../output/print-result.ts';
import { noProgress, type Progress, showProgress } from '../output/progress.ts';
import { terminalOf } from '../output/terminal.ts';
import { terminalPrompter } from '../prompt/terminal-prompter.ts';
import { accessTo } from './connection.ts';
import { interruptible } from './interruption.ts';

declare const __ORIN_REMOTE_VERSION__: string;

const outputFormats = ['table', 'json', 'ndjson', 'csv', 'md'] as const;
const telemetrySources = ['mpstat', 'proc', 'off'] as const;
const DEFAULT_MODEL = 'resnet34-cifar10';

/** `orin-remote bench <host>`: gives the exit code. */
export async function benchCommand(host: string, options: OptionValues): Promise<number> {
  const settings = settingsFrom(host, options);
  const stderr = terminalOf(process.stderr, environment, options);
  const progress = options.quiet ? noProgress : showProgress(host, stderr);
  const interruption = interruptible(() =>
    progress.note('stopping; what was measured is kept; Ctrl-C again to leave now'),
  );
  try {
    const outcome = await measure(host, options, settings, {
      progress,
      signal: interruption.signal,
    });
    progress.close();
    if (outcome === null) return exitCodes.ok;
    const stdout = terminalOf(process.stdout, environment, options);
    await printResult(outcome, host, settings.format, stdout);
    if (options.profile && settings.format === 'table') {
      process.stdout.write(describeOperators(outcome.result, stdout));
    }
    return interruption.exitCode() ?? exitCodeOf(outcome);
  } catch (error) {
    progress.close();
    const code = interruption.exitCode();
    if (code !== null && interruption.signal.aborted) return code;
    throw error;
  } finally {
    interruption.dispose();
  }
}

/** Every cell INVALID is a board that failed; anything better is a result. */
function exitCodeOf(outcome: BenchOutcome): number {
  const measured = outcome.result.cells.filter((cell) => cell.purpose === 'measure');
  const isAllInvalid = measured.every((cell) => cell.verdict.kind === 'INVALID');
  return isAllInvalid ? exitCodes.boardFailed : exitCodes.ok;
}

interface Settings {
  readonly models: readonly string[];
  readonly axes: ReturnType<typeof axesFrom>;
  readonly batches: readonly number[] | null;
  readonly effort: ReturnType<typeof effortRequestFrom>;
  readonly inputs: Omit<InputRequest, 'batches' | 'signal'>;
  readonly telemetry: (typeof telemetrySources)[number] | null;
  readonly keepBytes: number;
  readonly format: (typeof outputFormats)[number];
}

/** All options are read before anything is connected, so that a typing error costs nothing. */
function settingsFrom(host: string, options: OptionValues): Settings {
  const [format = 'table'] = choicesFrom(options.output, '--output', outputFormats);
  const [telemetry] = options.telemetry
    ? choicesFrom(options.telemetry, '--telemetry', telemetrySources)
    : [];
  return {
    models: options.model.length > 0 ? options.model : [DEFAULT_MODEL],
    axes: axesFrom(options),
    batches: options.batch ? wholeNumbers(options.batch, '--batch') : null,
    // A demonstration shows the way within a minute; it is no measurement to publish.
    effort: effortRequestFrom(options, host === 'demo' ? 'quick' : 'default'),
    inputs: inputsFrom(options, wholeNumber(options.seed, '--seed', 0)),
    telemetry: telemetry ?? null,
    keepBytes: sizeBytes(options.keep, '--keep'),
    format: options.json ? 'json' : format,
  };
}

interface Surroundings {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function measure(
  host: string,
  options: OptionValues,
  settings: Settings,
  { progress, signal }: Surroundings,
): Promise<BenchOutcome | null> {
  const prompter = terminalPrompter(options.batchMode === true, progress);
  const access = await accessTo(host, options, { prompter, note: (text) => progress.note(text) });
  const listener = (event: RunEvent) => {
    progress.listen(event);
    if (event.kind === 'planned' && options.dryRun) {
      progress.close();
      process.stdout.write(describePlan(event.plan, event.estimateMs));
    }
  };
  try {
    progress.listen({ kind: 'connecting', destination: access.destination });
    return await bench({
      board: access.name,
      connect: (connectSignal) => access.connect(connectSignal),
      models: settings.models,
      axes: settings.axes,
      isGpuWanted: options.gpu === 'auto',
      batches: settings.batches,
      inputs: settings.inputs,
      effort: settings.effort,
      telemetry: settings.telemetry,
      seed: settings.inputs.seed,
      keepBytes: settings.keepBytes,
      isOffline: options.offline === true,
      isDryRun: options.dryRun === true,
      tool: {
        version: __ORIN_REMOTE_VERSION__,
        argv: shareableArguments(process.argv.slice(2), host),
      },
      owner: `${userInfo().username}@${hostname()}`,
      directories: directoriesFrom(environment),
      listener,
      signal,
    });
  } finally {
    await access.close();
  }
}
