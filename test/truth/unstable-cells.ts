import { effortFrom } from '../../host/plan/effort.ts';
import { type SpreadName, spreadDraw } from './support/noise.ts';
import { type ProcessMedian, simulateRun } from './support/simulated-run.ts';
import { type Finding, Share, type Study } from './support/study.ts';
import { simulatedVerdict } from './support/verdict.ts';

const LEVEL = 1e6;
const counts = [5, 8, 14, 20];

/** How often cells are called UNSTABLE at these numbers of processes. */
function finding(of: string, source: () => ProcessMedian, trials: number): Finding {
  const figures = counts.map((blocks) => {
    const effort = effortFrom({ preset: 'default', blocks });
    const next = source();
    const share = new Share();
    for (let trial = 0; trial < trials; trial += 1) {
      const [cell] = simulateRun(effort, { a: next }, trial);
      if (cell !== undefined) share.add(simulatedVerdict(cell, effort).kind === 'UNSTABLE');
    }
    return [`K=${blocks}`, share] as const;
  });
  return { of, figures: Object.fromEntries(figures) };
}

function scattered(shape: SpreadName, sd: number): () => ProcessMedian {
  return () => {
    const draw = spreadDraw(shape, `unstable/${shape}/${sd}`);
    return () => LEVEL * Math.exp(sd * draw());
  };
}

function drifting(drift: number, sd: number): () => ProcessMedian {
  return () => {
    const draw = spreadDraw('normal', `unstable/drift/${drift}`);
    return ({ time }) => LEVEL * (1 + drift * time) * Math.exp(sd * draw());
  };
}

/** Cells whose processes differ by chance alone: an interval describes them, however wide. */
export const falseUnstable: Study = {
  title: 'UNSTABLE where processes differ by chance alone (6 %)',
  trials: 500,
  findings: (trials) =>
    (['normal', 't3', 'skewed'] as const).map((shape) =>
      finding(shape, scattered(shape, 0.06), trials),
    ),
};

/** Cells that no interval describes. */
export const foundUnstable: Study = {
  title: 'UNSTABLE where processes have two modes or drift',
  trials: 300,
  findings: (trials) => [
    finding('half in a mode 10 % slower', scattered('bimodal 50/50', 0.05), trials),
    finding('one in five in a mode 10 % slower', scattered('bimodal 20/80', 0.04), trials),
    finding('drift of 5 %, 0.4 % between processes', drifting(0.05, 0.004), trials),
    finding('drift of 8 %, 2 % between processes', drifting(0.08, 0.02), trials),
  ],
};
