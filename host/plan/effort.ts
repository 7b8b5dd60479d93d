import type { Cell, Effort } from '../../agent/contract/plan.ts';

/** What a person may say about how long and how exactly to measure. */
export interface EffortRequest {
  readonly preset: 'quick' | 'default' | 'thorough';
  /** Exactly this many blocks. */
  readonly blocks?: number;
  /** Wall time for the whole run, in milliseconds. */
  readonly budgetMs?: number;
  /** Half-width of the 95 % interval to stop at: 0.01 is 1 %. */
  readonly precision?: number;
  readonly imagesPerPass?: number;
  /** A trial: one short process per cell that shows whether it runs, no measurement to speak of. */
  readonly isTrial?: boolean;
  /** The longest wait for the board to cool down before a process, in milliseconds; 0: none. */
  readonly cooldownMs?: number;
}

// Sources of the numbers: docs/methodology/stop-rules.md.
const presets: Record<EffortRequest['preset'], Pick<Effort, PresetField>> = {
  quick: { minBlocks: 3, maxBlocks: 3, processBudgetMs: 3_000, precision: 0.01, idleMs: 2_000 },
  default: { minBlocks: 5, maxBlocks: 20, processBudgetMs: 10_000, precision: 0.01, idleMs: 3_000 },
  thorough: {
    minBlocks: 10,
    maxBlocks: 20,
    processBudgetMs: 20_000,
    precision: 0.005,
    idleMs: 5_000,
  },
};
type PresetField = 'minBlocks' | 'maxBlocks' | 'processBudgetMs' | 'precision' | 'idleMs';

/**
 * Long enough for a step at 4 s, or 7 s: a quarter of the process must be of the last level.
 * `quick` has no time for it.
 */
const PILOT_MS = { default: 6_000, thorough: 10_000 } as const;

/**
 * Between processes: until the chip is as warm as before the first one and no more than this, or
 * the time is over.
 */
const COOLDOWN_RISE_MILLI_C = 3_000;
const COOLDOWN_MS: Record<EffortRequest['preset'], number> = {
  quick: 6_000,
  default: 20_000,
  thorough: 20_000,
};

/**
 * A cell of the default preset that differs too much to become precise takes no more processes than
 * this.
 */
const HOPELESS_AFTER = 8;

/** The most processes that a time budget may buy per cell. */
const MAX_BLOCKS_WITHIN_BUDGET = 20;

/** The stopping rules of a plan from a preset and what was asked beyond it. */
export function effortFrom(request: EffortRequest): Effort {
  const preset = presets[request.preset];
  const cooldownMs = request.isTrial ? 0 : (request.cooldownMs ?? COOLDOWN_MS[request.preset]);
  const isCustom =
    request.blocks !== undefined ||
    request.budgetMs !== undefined ||
    request.precision !== undefined;
  const maxBlocks =
    request.blocks ??
    (request.budgetMs === undefined ? preset.maxBlocks : MAX_BLOCKS_WITHIN_BUDGET);
  return {
    ...preset,
    name: isCustom ? 'custom' : request.preset,
    minBlocks: request.blocks ?? Math.min(preset.minBlocks, maxBlocks),
    maxBlocks,
    ...(isOpenEnded(request) && { hopelessAfter: HOPELESS_AFTER }),
    precision: request.precision ?? preset.precision,
    warmUp: { minIterations: 10, minMs: 2_000, capMs: 60_000, capShare: 0.3 },
    ...(request.preset !== 'quick' && { pilotMs: PILOT_MS[request.preset] }),
    minIterations: 100,
    maxIterations: 5_000,
    totalBudgetMs: request.budgetMs ?? null,
    imagesPerPass: request.imagesPerPass ?? null,
    ...(request.isTrial && trial),
    ...(cooldownMs > 0 && {
      cooldown: { riseMilliC: COOLDOWN_RISE_MILLI_C, maxMs: cooldownMs },
    }),
  };
}

/** Where neither blocks nor time were said, the program decides what is worth its time. */
function isOpenEnded({ preset, blocks, budgetMs }: EffortRequest): boolean {
  return preset === 'default' && blocks === undefined && budgetMs === undefined;
}

const trial = {
  name: 'custom',
  minBlocks: 1,
  maxBlocks: 1,
  processBudgetMs: 500,
  idleMs: 0,
  pilotMs: 0,
} as const satisfies Partial<Effort>;

/** Seconds that a fresh process costs before its first iteration, for estimates only. */
const PROCESS_START_MS = 700;

/** Engines of large models take a good part of an hour on a small board. */
const LONGEST_BUILD_MS = 3_600_000;

/** True where TensorRT may build an engine for the cell: no estimate knows how long that takes. */
export function mayBuildEngine({ engine, ep }: Pick<Cell, 'engine' | 'ep'>): boolean {
  return engine === 'trtexec' || ep === 'tensorrt';
}

/** How long engines of a plan may be waited for; 0 where it builds none. */
export function longestBuildingMs(cells: readonly Cell[]): number {
  return cells.filter(mayBuildEngine).length * LONGEST_BUILD_MS;
}

/**
 * The longest that a plan can take without building engines, in milliseconds: every process uses
 * its whole budget, the board never cools down in time and no cell reaches its precision early.
 * Passes of `imagesPerPass` images can take longer: their length is not known beforehand.
 */
export function longestMs(effort: Effort, cellCount: number): number {
  const { processBudgetMs, cooldown } = effort;
  const processMs = processBudgetMs + PROCESS_START_MS + (cooldown?.maxMs ?? 0);
  const processes = effort.maxBlocks * cellCount * processMs;
  const full = (effort.idleMs ?? 0) + processes;
  return effort.totalBudgetMs === null ? full : Math.min(full, effort.totalBudgetMs);
}
