import { cellInterval } from '../../agent/contract/statistics/between-processes.ts';
import { type EffortRequest, effortFrom } from '../../host/plan/effort.ts';
import { type SpreadName, spreadDraw } from './support/noise.ts';
import { type SimulatedCell, simulateRun } from './support/simulated-run.ts';
import { type Finding, Share, type Study } from './support/study.ts';
import { simulatedVerdict } from './support/verdict.ts';

const LEVEL = 1e6;

/** How long and how exactly to measure, as a person asks for it. */
const requests: Readonly<Record<string, EffortRequest>> = {
  quick: { preset: 'quick' },
  default: { preset: 'default' },
  thorough: { preset: 'thorough' },
  '--budget': { preset: 'default', budgetMs: 3_600_000 },
  '--quick --budget': { preset: 'quick', budgetMs: 3_600_000 },
};

function findingsFor(
  shapes: readonly SpreadName[],
  sds: readonly number[],
  trials: number,
): Finding[] {
  return shapes.flatMap((shape) =>
    Object.entries(requests).flatMap(([name, request]) =>
      sds.map((sd) => validFinding(shape, name, request, sd, trials)),
    ),
  );
}

function validFinding(
  shape: SpreadName,
  name: string,
  request: EffortRequest,
  sd: number,
  trials: number,
): Finding {
  const effort = effortFrom(request);
  const draw = spreadDraw(shape, `valid/${shape}/${name}/${sd}`);
  const valid = new Share();
  const unstable = new Share();
  const covers = new Share();
  const coversAll = new Share();
  let processes = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const [cell] = simulateRun(effort, { a: () => LEVEL * Math.exp(sd * draw()) }, trial);
    if (cell === undefined) continue;
    processes += cell.processes.length;
    const { kind } = simulatedVerdict(cell, effort);
    const isCovered = holdsTruth(cell, effort.precision);
    valid.add(kind === 'VALID');
    unstable.add(kind === 'UNSTABLE');
    if (kind === 'VALID') covers.add(isCovered);
    coversAll.add(isCovered);
  }
  return {
    of: `${shape}, ${name}, ${100 * sd} %`,
    figures: {
      VALID: valid,
      'covers if VALID': covers,
      'covers, all': coversAll,
      UNSTABLE: unstable,
      processes: (processes / trials).toFixed(1),
    },
  };
}

function holdsTruth(cell: SimulatedCell, precision: number): boolean {
  const found = cellInterval(
    cell.processes.map(({ median }) => median),
    precision,
  );
  return found !== null && found.lo <= LEVEL && LEVEL <= found.hi;
}

/** What a cell that is called VALID is worth, by the spread between its processes. */
export const validCells: Study = {
  title: 'cells called VALID: how often, and how often their interval holds the true level',
  trials: 700,
  findings: (trials) => findingsFor(['normal'], [0.004, 0.01, 0.02], trials),
};

/** The same for other spreads and other shapes of it. */
export const validCellsByShape: Study = {
  title: 'cells called VALID, other spreads and shapes',
  trials: 300,
  findings: (trials) => [
    ...findingsFor(['normal'], [0.001, 0.006, 0.008, 0.015, 0.03], trials),
    ...findingsFor(
      ['t3', 'contaminated', 'skewed', 'bimodal 50/50', 'bimodal 20/80'],
      [0.004, 0.01, 0.02],
      trials,
    ),
  ],
};
