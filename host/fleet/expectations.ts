import type { BoardFacts } from '../board/facts.ts';
import type { Expectation } from './fleet-board.ts';

/** What a board is not that it should be, in words; empty when it is as expected. */
export function unmetExpectations(
  expect: Expectation,
  facts: Pick<BoardFacts, 'model' | 'jetpack' | 'powerMode'>,
): readonly string[] {
  const { model, jetpack, powerMode } = expect;
  const isModel = model === null || (facts.model ?? '').toLowerCase().includes(model.toLowerCase());
  const isJetpack = jetpack === null || `${facts.jetpack ?? ''}.`.startsWith(`${jetpack}.`);
  const isMode = powerMode === null || facts.powerMode?.toLowerCase() === powerMode.toLowerCase();
  return [
    isModel ? null : `expected model ${model}, it is ${facts.model ?? 'unknown'}`,
    isJetpack ? null : `expected JetPack ${jetpack}, it has ${facts.jetpack ?? 'none'}`,
    isMode ? null : `expected power mode ${powerMode}, it runs at ${facts.powerMode ?? 'unknown'}`,
  ].filter((text) => text !== null);
}
