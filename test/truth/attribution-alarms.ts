import { attributeExcess } from '../../host/analysis/statistics/attribution.ts';
import { Share, type Study } from './support/study.ts';
import { type WindowModel, windowsOf } from './support/window-noise.ts';

const LEVEL = 0.05;
const PERMUTATIONS = 399;

const usual = { processes: 5, windows: 50, sources: 8 };
const falling = (time: number) => 1 - 0.5 * time;
const settling = (time: number) => 0.2 + 0.8 * Math.exp(-8 * time);

const unrelated: Readonly<Record<string, WindowModel>> = {
  'AR(1), 0': { ...usual, phi: 0 },
  'AR(1), 0.6': { ...usual, phi: 0.6 },
  'AR(1), 0.9': { ...usual, phi: 0.9 },
  'AR(1), 0.98': { ...usual, phi: 0.98 },
  'AR(1), 0.98, 8 processes of 8 windows': { ...usual, processes: 8, windows: 8, phi: 0.98 },
  'AR(1), 0.6, 16 sources': { ...usual, sources: 16, phi: 0.6 },
  'all fall by 50 %': { ...usual, phi: 0.3, trend: falling },
  'all fall by 50 %, scatter 10 %': { ...usual, phi: 0.3, trend: falling, scatter: 0.1 },
  'all settle from 100 to 20 %, scatter 10 %': {
    ...usual,
    phi: 0.3,
    trend: settling,
    scatter: 0.1,
  },
};

/** How often something is found where there is nothing. */
export const falseAttributions: Study = {
  title: 'attribution: runs with an alarm where no source has to do with the excess',
  trials: 60,
  findings: (trials) =>
    Object.entries(unrelated).map(([of, model]) => {
      const share = new Share();
      for (let trial = 0; trial < trials; trial += 1) {
        share.add(alarms(model, `${of}/${trial}`).length > 0);
      }
      return { of, figures: { alarm: share } };
    }),
};

const related: Readonly<Record<string, WindowModel>> = {
  'a quarter of the excess, AR(1), 0': { ...usual, phi: 0, effect: 0.1 },
  'a third of the excess, AR(1), 0.9': { ...usual, phi: 0.9, effect: 0.15 },
  'a third of the excess, AR(1), 0.98': { ...usual, phi: 0.98, effect: 0.15 },
  'a third of the excess, all fall by 50 %': { ...usual, phi: 0.3, trend: falling, effect: 0.15 },
  'a quarter of the excess, one of 16 windows': { ...usual, phi: 0.6, isRare: true, effect: 0.3 },
  'half of the excess, 8 processes of 8 windows': {
    ...usual,
    processes: 8,
    windows: 8,
    phi: 0.6,
    effect: 0.3,
  },
};

/** How often a source is found that has to do with it, and another one in its place. */
export const foundAttributions: Study = {
  title: 'attribution: runs in which the source that causes a part of the excess is found',
  trials: 30,
  findings: (trials) =>
    Object.entries(related).map(([of, model]) => {
      const [found, others] = [new Share(), new Share()];
      for (let trial = 0; trial < trials; trial += 1) {
        const sources = alarms(model, `${of}/${trial}`);
        found.add(sources.includes(0));
        others.add(sources.some((source) => source !== 0));
      }
      return { of, figures: { found, 'another one': others } };
    }),
};

function alarms(model: WindowModel, seed: string): number[] {
  const effects = attributeExcess(windowsOf(model, seed), seed, PERMUTATIONS)?.effects ?? [];
  return effects.flatMap(({ pHolm, sources }) => (pHolm < LEVEL ? sources : []));
}
