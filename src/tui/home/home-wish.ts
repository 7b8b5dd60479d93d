import { OrinError } from '../../../host/errors.ts';
import type { GivenSettings } from '../../../host/plan/settings.ts';
import type { GivenConnection } from '../../../host/reach/connection-settings.ts';
import { benchArguments, measureOptions } from '../../options/bench-table.ts';
import { connectionArguments } from '../../options/connection-options.ts';
import type { OptionRow } from '../../options/option-row.ts';
import { chosen, type HomeState, hostOf, presetOf } from './home-state.ts';

/** A board, and how it is reached. */
export interface BoardWay {
  readonly host: string;
  readonly way: GivenConnection;
}

/** What the person asks for: which board, and what to measure on it. */
export interface Wish extends BoardWay {
  readonly settings: GivenSettings;
}

/** The board that the picker stands on, and how it is reached. */
export function wayTo({ board }: HomeState): BoardWay {
  return { host: hostOf(board), way: board.choices[board.at]?.board?.way ?? {} };
}

/** The settings as the form says them. @throws OrinError `usage` for text that cannot be read. */
export function wishOf(state: HomeState): Wish {
  const { plan } = state;
  const isThesis = presetOf(state) === 'thesis';
  const settings: GivenSettings = {
    ...(isThesis ? { preset: 'thesis' } : { models: [chosen(state.model)] }),
    providers: [...plan.providers],
    precisions: [...plan.precision],
    threads: typed(measureOptions.threads, plan.threads),
    affinities: typed(measureOptions.affinities, plan.affinity),
    batches: typed(measureOptions.batches, plan.batch),
    quick: plan.effort === 'quick',
    thorough: plan.effort === 'thorough',
  };
  return { ...wayTo(state), settings };
}

/** What stands in a field of text; the default where it is empty. */
function typed<T>(row: OptionRow<T>, field: string): T {
  const text = field.replace(/^,+|,+$/g, '');
  return text === '' ? row.fallback : (row.parse?.(text, undefined) ?? row.fallback);
}

/** The arguments that ask for the same on the command line; none where the form cannot be read. */
export function wishArguments(state: HomeState): string[] {
  try {
    const { host, way, settings } = wishOf(state);
    return [...benchArguments(host, settings), ...connectionArguments(way)];
  } catch (error) {
    if (error instanceof OrinError) return [];
    throw error;
  }
}
