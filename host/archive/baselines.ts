import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import { modelName } from '../analysis/model-name.ts';
import type { Result } from '../analysis/result/result.ts';
import { OrinError } from '../errors.ts';
import { readRegular } from '../workstation/regular-file.ts';
import { errorCode, unwritable } from './directory.ts';

/** Beside the runs: which of them later runs are held against. */
const BASELINES_FILE = 'baselines.json';

const text = z.string().overwrite((value) => cleanLine(value));
const baselines = z.object({
  schema: z.literal('orin-remote/baselines@1'),
  baselines: z.array(z.object({ board: text, model: text, model_name: text, run_id: text })),
});

/** The run that others with the same board and model are held against. */
export interface Baseline {
  /**
   * What the board calls itself: boards of one kind share a baseline, results do not name hosts.
   */
  readonly board: string;
  /** Id of the model, which tells its content: another file of its name has other times. */
  readonly model: string;
  /** What it is called in that run, for people. */
  readonly modelName: string;
  readonly runId: string;
}

/**
 * The baselines of a directory of runs; none when none was marked.
 * @throws OrinError `results-unreadable`
 */
export async function readBaselines(runsDirectory: string): Promise<readonly Baseline[]> {
  const path = join(runsDirectory, BASELINES_FILE);
  let json: unknown;
  try {
    json = JSON.parse(await readRegular(path));
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
  const parsed = baselines.safeParse(json);
  if (!parsed.success) throw unreadable(path, parsed.error.issues[0]?.message ?? 'does not fit');
  return parsed.data.baselines.map(({ board, model, model_name, run_id }) => ({
    board,
    model,
    modelName: model_name,
    runId: run_id,
  }));
}

function unreadable(path: string, why: string): OrinError {
  return new OrinError({
    code: 'results-unreadable',
    what: `cannot read ${path}`,
    why: cleanLine(why),
    next: `remove it and mark baselines again: orin-remote results baseline RUN`,
  });
}

/** What a run can be the baseline of: its board with each model that it measured. */
function baselineKeys(result: Result): Omit<Baseline, 'runId'>[] {
  const { environment, cells } = result;
  const board = environment['board.model'] ?? environment['cpu.model'] ?? 'unknown board';
  const ids = new Set(cells.flatMap(({ purpose, model }) => (purpose === 'measure' ? model : [])));
  return [...ids].map((id) => ({
    board: cleanLine(board),
    model: id,
    modelName: modelName(result.plan, id),
  }));
}

/**
 * Makes a run the baseline of its board and models, in place of any other; gives the new ones.
 * @throws OrinError `results-unreadable`, `results-unwritable`
 */
export async function markBaseline(runsDirectory: string, result: Result): Promise<Baseline[]> {
  const marked = baselineKeys(result).map((key) => ({ ...key, runId: result.run_id }));
  const kept = (await readBaselines(runsDirectory)).filter(
    (old) => !marked.some((each) => each.board === old.board && each.model === old.model),
  );
  await writeBaselines(runsDirectory, [...kept, ...marked]);
  return marked;
}

/**
 * A run is the baseline of nothing any more; gives what it was.
 * @throws OrinError `results-unreadable`, `results-unwritable`
 */
export async function unmarkBaseline(runsDirectory: string, runId: string): Promise<Baseline[]> {
  const all = await readBaselines(runsDirectory);
  const removed = all.filter((each) => each.runId === runId);
  if (removed.length > 0) {
    await writeBaselines(
      runsDirectory,
      all.filter((each) => each.runId !== runId),
    );
  }
  return removed;
}

/** A baseline that a run is held against, with the ids of the models for which it is that. */
interface HeldAgainst {
  readonly runId: string;
  readonly models: readonly string[];
}

/**
 * The baselines that a run is held against, each once, itself left out: models may have different
 * ones.
 */
export function baselinesFor(all: readonly Baseline[], result: Result): HeldAgainst[] {
  const models = new Map<string, string[]>();
  for (const { board, model } of baselineKeys(result)) {
    const found = all.find((each) => each.board === board && each.model === model);
    if (found === undefined || found.runId === result.run_id) continue;
    models.set(found.runId, [...(models.get(found.runId) ?? []), model]);
  }
  return [...models].map(([runId, ids]) => ({ runId, models: ids }));
}

/**
 * Models of a run that bear the name of one with a baseline on such boards and are another file:
 * they are held against nothing, and somebody who exported a model again wonders why.
 */
export function namesakes(all: readonly Baseline[], result: Result): Baseline[] {
  return baselineKeys(result).flatMap(({ board, model, modelName: name }) => {
    const ofBoard = all.filter((each) => each.board === board && each.runId !== result.run_id);
    if (ofBoard.some((each) => each.model === model)) return [];
    return ofBoard.filter((each) => each.modelName === name);
  });
}

/** A run as if it had measured these models only. */
export function onlyModels(result: Result, ids: readonly string[]): Result {
  return { ...result, cells: result.cells.filter(({ model }) => ids.includes(model)) };
}

async function writeBaselines(runsDirectory: string, all: readonly Baseline[]): Promise<void> {
  const path = join(runsDirectory, BASELINES_FILE);
  const temporary = `${path}.${process.pid}.new`;
  const content: z.infer<typeof baselines> = {
    schema: 'orin-remote/baselines@1',
    baselines: all.map(({ board, model, modelName: model_name, runId: run_id }) => ({
      board,
      model,
      model_name,
      run_id,
    })),
  };
  try {
    await writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw unwritable(error, path, null);
  }
}
