import type { BoardFacts } from '../board/facts.ts';
import type { Axes } from './axes.ts';
import { defaultThreads } from './cells.ts';

/**
 * The thesis' settings on this board: 1, half and all threads, and on the GPU the same or, for
 * trtexec, whose threads nobody sets, as many CPUs and then all of them by default.
 */
export function thesisAxes(
  base: Axes,
  { cpu }: { readonly cpu: Pick<BoardFacts['cpu'], 'allowed'> },
): Axes {
  const lists = defaultThreads(cpu.allowed.length).map((count) =>
    cpu.allowed.slice(0, count).join(','),
  );
  const isChosen = base.affinities.some((affinity) => affinity !== null);
  return isChosen ? base : { ...base, deviceAffinities: [...lists, null] };
}
