import { compareCells } from '../../host/analysis/comparisons.ts';
import { effortFrom } from '../../host/plan/effort.ts';
import { plainCell } from '../support/cells.ts';
import { spreadDraw } from './support/noise.ts';
import { type SimulatedCell, simulateRun } from './support/simulated-run.ts';
import { type Finding, Share, type Study } from './support/study.ts';

const LEVEL = 1e6;

/** How often a run of equal cells, 0.4 % between processes, calls any of them faster or slower. */
export const wordsWithinRun: Study = {
  title: 'runs in which an equal cell is called faster or slower, by drift over the run',
  trials: 300,
  findings: (trials) =>
    [2, 3, 6].flatMap((cells) =>
      [3, 5, 8].map((blocks) => ({
        of: `${cells} cells, ${blocks} blocks`,
        figures: Object.fromEntries(
          [0, 0.03, 0.08].map((drift) => [
            `drift ${100 * drift} %`,
            withWord({ cells, blocks, drift, difference: 0 }, trials),
          ]),
        ),
      })),
    ),
};

/** How often a real difference is told, with and without a drift. */
export const differencesWithinRun: Study = {
  title: 'runs in which a cell that is 3 % slower is called so, three cells, by drift over the run',
  trials: 200,
  findings: (trials): Finding[] =>
    [3, 5, 8].map((blocks) => ({
      of: `${blocks} blocks`,
      figures: Object.fromEntries(
        [0, 0.08].map((drift) => [
          `drift ${100 * drift} %`,
          withWord({ cells: 3, blocks, drift, difference: 0.03 }, trials),
        ]),
      ),
    })),
};

interface Run {
  readonly cells: number;
  readonly blocks: number;
  readonly drift: number;
  /** By how much all but the first are slower. */
  readonly difference: number;
}

function withWord({ cells, blocks, drift, difference }: Run, trials: number): Share {
  const draw = spreadDraw('normal', `words/${cells}/${blocks}/${drift}/${difference}`);
  const effort = effortFrom({ preset: 'quick', blocks });
  const share = new Share();
  for (let trial = 0; trial < trials; trial += 1) {
    const sources = Object.fromEntries(
      Array.from({ length: cells }, (_, at) => [
        `cell-${at}`,
        ({ time }: { time: number }) =>
          LEVEL * (at === 0 ? 1 : 1 + difference) * (1 + drift * time) * Math.exp(0.004 * draw()),
      ]),
    );
    const found = compareCells(simulateRun(effort, sources, trial).map(asAnalysis));
    share.add(found.some(({ decision }) => decision === 'faster' || decision === 'slower'));
  }
  return share;
}

function asAnalysis({ id, processes }: SimulatedCell) {
  return {
    cell: plainCell(id, 'model'),
    counted: processes.map(({ block, median, time }) => ({
      data: { block },
      median_ns: median,
      steadyStart_ns: Float64Array.of(time),
    })),
  };
}
