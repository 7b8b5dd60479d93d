import { comparePaired, type Pair } from '../../host/analysis/statistics/compare-paired.ts';
import { type Draw, spreadDraw } from './support/noise.ts';
import { Share, type Study } from './support/study.ts';

const THRESHOLD = 0.01;
const FIRST_BLOCKS = 5;

function pairsOf(draw: Draw, count: number, model: { sd: number; ratio: number }): Pair[] {
  return Array.from({ length: count }, () => ({
    a: Math.exp(model.sd * draw()),
    b: model.ratio * Math.exp(model.sd * draw()),
  }));
}

/** Whether a second run of as many blocks as an undecided one advises is decided. */
export const blocksAdvised: Study = {
  title: `what a run of ${FIRST_BLOCKS} blocks that decided nothing advises, and what a run of that size then says`,
  trials: 80,
  findings: (trials) =>
    [0.006, 0.01, 0.02].flatMap((sd) =>
      [1, 1.02].map((ratio) => {
        const draw = spreadDraw('normal', `advised/${sd}/${ratio}`);
        const [advised, decided] = [new Share(), new Share()];
        const blocks: number[] = [];
        for (let trial = 0; trial < trials; trial += 1) {
          const first = comparePaired(pairsOf(draw, FIRST_BLOCKS, { sd, ratio }), THRESHOLD);
          if (first?.decision !== 'inconclusive') continue;
          advised.add(first.blocksNeeded !== null);
          if (first.blocksNeeded === null) continue;
          blocks.push(first.blocksNeeded);
          const second = comparePaired(pairsOf(draw, first.blocksNeeded, { sd, ratio }), THRESHOLD);
          decided.add(second?.decision === (ratio === 1 ? 'equivalent' : 'slower'));
        }
        blocks.sort((a, b) => a - b);
        return {
          of: `${100 * sd} % between processes, ratio ${ratio}`,
          figures: {
            'number given': advised,
            'median of it': String(blocks[Math.floor(blocks.length / 2)] ?? 'none'),
            'then right': decided,
          },
        };
      }),
    ),
};
