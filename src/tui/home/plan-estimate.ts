import { allUsable } from '../../../host/board/cpu-facts.ts';
import { OrinError } from '../../../host/errors.ts';
import type { Axes } from '../../../host/plan/axes.ts';
import { type CellModel, cellsOf, defaultThreads } from '../../../host/plan/cells.ts';
import { effortFrom, longestMs, mayBuildEngine } from '../../../host/plan/effort.ts';
import { settingsWith } from '../../options/bench-table.ts';
import { axesFrom, effortRequestFrom } from '../../options/bench-values.ts';
import { type HomeState, hostOf, presetOf } from './home-state.ts';
import { wishOf } from './home-wish.ts';

/** What a plan amounts to before any board was asked. */
export interface PlanEstimate {
  /** False where the board's CPUs are not known: what it has decides on the cells. */
  readonly isExact: boolean;
  readonly cells: number;
  readonly calibrations: number;
  /** Combinations that make no sense, and why. */
  readonly leftOut: readonly string[];
  readonly blocks: string;
  readonly longestMs: number;
  /** TensorRT builds engines beside that, which take what they take. */
  readonly buildsEngines: boolean;
  /** Passes over so many images take what they take; null without. */
  readonly imagesPerPass: number | null;
}

/** Without a board's answer: as many thread settings as any board with more than two CPUs gets. */
const USUAL_CPUS = 6;
const MOST_CPUS = 1024;
const THESIS_MODELS = 2;
const THESIS_IMAGES = 10_000;

/**
 * Cells and the longest time of the plan as it is typed, read as the command line would read it; a
 * text where it makes no sense.
 * @param cpuCount CPUs of the board, where they are known.
 */
export function estimatePlan(state: HomeState, cpuCount: number | null): PlanEstimate | string {
  if (state.plan.providers.length === 0) return 'take one provider at least (Space)';
  try {
    const settings = settingsWith(wishOf(state).settings);
    const axes = axesFrom(settings);
    const batches = settings.batches ?? [1];
    const isThesis = presetOf(state) === 'thesis';
    const { cells, notes } = cellsOf(
      cpuCount === null ? forAnyBoard(axes) : axes,
      modelsOf(isThesis ? THESIS_MODELS : 1, batches),
      modelOf('null', [1]),
      allUsable(Array.from({ length: cpuCount ?? MOST_CPUS }, (_, cpu) => cpu)),
    );
    const calibrations = cells.filter(({ purpose }) => purpose === 'calibration').length;
    const fallback = hostOf(state.board) === 'demo' ? 'quick' : 'default';
    // Whether the board tells a temperature to wait for is not known before it was asked.
    const effort = effortFrom({ ...effortRequestFrom(settings, fallback), cooldownMs: 0 });
    const { minBlocks, maxBlocks } = effort;
    return {
      isExact: cpuCount !== null || axes.threads !== null,
      cells: cells.length - calibrations,
      calibrations,
      leftOut: notes,
      blocks: minBlocks === maxBlocks ? String(maxBlocks) : `${minBlocks} to ${maxBlocks}`,
      longestMs: longestMs(effort, cells.length),
      buildsEngines: cells.some(mayBuildEngine),
      imagesPerPass: isThesis ? THESIS_IMAGES : null,
    };
  } catch (error) {
    if (error instanceof OrinError) return error.message;
    throw error;
  }
}

/** Which CPUs there are is for the board to say. */
function forAnyBoard(axes: Axes): Axes {
  return { ...axes, threads: axes.threads ?? defaultThreads(USUAL_CPUS), oversubscribe: true };
}

function modelsOf(count: number, batches: readonly number[]): CellModel[] {
  return Array.from({ length: count }, (_, index) => modelOf(`m${index}`, batches));
}

function modelOf(id: string, batches: readonly number[]): CellModel {
  const inputsByBatch = new Map(batches.map((batch) => [batch, []]));
  return { id, name: id, precision: 'fp32', inputsByBatch };
}
