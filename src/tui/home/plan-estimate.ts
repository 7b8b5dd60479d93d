import { OrinError } from '../../../host/errors.ts';
import { defaultThreads } from '../../../host/run/cells.ts';
import { effortFrom, longestMs } from '../../../host/run/effort.ts';
import { wholeNumbers } from '../../config/parse-values.ts';
import { chosen, type HomeState, type PlanForm, presetOf } from './home-state.ts';

/** What a plan amounts to before any board was asked. */
export interface PlanEstimate {
  readonly threads: readonly number[] | null;
  readonly cells: number;
  readonly calibrations: number;
  readonly blocks: string;
  readonly longestMs: number;
}

/** Without a board's answer: as many thread settings as any board with more than two CPUs gets. */
const USUAL_CPUS = 6;

/**
 * Cells and the longest time of the plan as it is typed; a text where it makes no sense.
 * @param cpuCount CPUs of the board, where they are known.
 */
export function estimatePlan(state: HomeState, cpuCount: number | null): PlanEstimate | string {
  try {
    const { plan } = state;
    const typed = plan.threads.trim() === '' ? null : wholeNumbers(plan.threads, 'threads');
    const threads = typed ?? (cpuCount === null ? null : defaultThreads(cpuCount));
    const batches = plan.batch.trim() === '' ? [1] : wholeNumbers(plan.batch, 'batch');
    const calibrations = (threads ?? defaultThreads(USUAL_CPUS)).length;
    const cells = calibrations * batches.length;
    // Whether the board tells a temperature to wait for is not known before it was asked.
    const effort = effortFrom({ preset: presetOf(state), cooldownMs: 0 });
    const { minBlocks, maxBlocks } = effort;
    return {
      threads,
      cells,
      calibrations,
      blocks: minBlocks === maxBlocks ? String(maxBlocks) : `${minBlocks} to ${maxBlocks}`,
      longestMs: longestMs(effort, cells + calibrations),
    };
  } catch (error) {
    if (error instanceof OrinError) return error.message;
    throw error;
  }
}

/** The arguments that ask for the same on the command line. */
export function benchArguments(state: HomeState): string[] {
  const { plan } = state;
  return [
    'bench',
    chosen(state.board),
    ...['--model', chosen(state.model)],
    ...listOption('--threads', plan.threads),
    ...listOption('--batch', plan.batch),
    ...presetOption(state, plan),
  ];
}

function listOption(name: string, typed: string): string[] {
  const text = typed.replaceAll(' ', '').replace(/^,+|,+$/g, '');
  return text === '' ? [] : [name, text];
}

function presetOption(state: HomeState, { effort }: PlanForm): string[] {
  const preset = presetOf(state);
  return effort === null || preset === 'default' ? [] : [`--${preset}`];
}
