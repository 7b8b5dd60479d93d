import type { Effort, Plan, PlanModel } from '../../../agent/contract/plan.ts';
import { Schedule } from '../../../agent/supervise/schedule.ts';
import { makePlan } from '../../../host/plan/plan.ts';
import { plainCell } from '../../support/cells.ts';

/** Where in the run a process stands. */
interface Moment {
  readonly block: number;
  /** Share of the plan that is over, from 0 to 1: for drifts. */
  readonly time: number;
}

/** The median of the next process of a cell. */
export type ProcessMedian = (moment: Moment) => number;

interface SimulatedProcess extends Moment {
  readonly median: number;
}

/** One cell of a simulated run: its processes in order. */
export interface SimulatedCell {
  readonly id: string;
  readonly processes: readonly SimulatedProcess[];
}

/**
 * A run over the program's own plan and schedule, where the processes are draws instead of
 * measurements: the same order of cells, the same looks, the same end of each cell. `seed` decides
 * the order.
 */
export function simulateRun(
  effort: Effort,
  sources: Readonly<Record<string, ProcessMedian>>,
  seed: number,
): SimulatedCell[] {
  const plan = simulatedPlan(effort, Object.keys(sources), seed);
  const schedule = new Schedule(plan);
  const processes = new Map(plan.cells.map(({ id }) => [id, [] as SimulatedProcess[]]));
  const most = plan.order.length * plan.cells.length;
  plan.order.forEach((ids, block) => {
    if (schedule.isDone) return;
    ids.forEach((id, slot) => {
      if (schedule.live(id) === null) return;
      const time = (block * plan.cells.length + slot) / most;
      const median = sources[id]?.({ block, time }) ?? Number.NaN;
      processes.get(id)?.push({ block, time, median });
      schedule.succeeded(id, median);
    });
    schedule.endBlock();
  });
  return [...processes].map(([id, done]) => ({ id, processes: done }));
}

const hash = '0'.repeat(64);
const files = [{ path: 'model.onnx', sha256: hash, sizeBytes: 1 }];
const model: PlanModel = { id: 'model', name: 'model', main: 'model.onnx', files };

function simulatedPlan(effort: Effort, ids: readonly string[], seed: number): Plan {
  return makePlan({
    createdUtc: '2026-01-01T00:00:00.000Z',
    owner: 'simulation',
    seed,
    models: [model],
    cells: ids.map((id, at) => ({ ...plainCell(id, 'model'), threads: at + 1 })),
    effort,
    telemetry: 'off',
    placement: false,
    context: {},
  });
}
