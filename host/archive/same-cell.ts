import type { CellResult } from '../analysis/result/cell-result.ts';
import type { Result } from '../analysis/result/result.ts';
import { unwatchedCells } from '../analysis/telemetry-cost.ts';

/**
 * The measured cells of a run by what makes them the same in another run: content of the model,
 * whatever it was called, and configuration asked for. Equal ones are told apart by their place.
 */
export function measuredByKey(result: Result): ReadonlyMap<string, CellResult> {
  const unwatched = unwatchedCells(result.plan);
  const found = new Map<string, CellResult>();
  const seen = new Map<string, number>();
  for (const cell of result.cells.filter(({ purpose }) => purpose === 'measure')) {
    const asked = JSON.stringify([cell.model, ...askedOf(cell), unwatched.has(cell.cell)]);
    const before = seen.get(asked) ?? 0;
    seen.set(asked, before + 1);
    found.set(`${asked} ${before}`, cell);
  }
  return found;
}

/**
 * What was read back is a result, and so is the release of ONNX Runtime: it differs where the
 * board's library was updated. How the batch is known does not change what is computed.
 */
function askedOf({ config }: CellResult): readonly unknown[] {
  const {
    affinity_applied: _,
    ort_version: __,
    items_from: ___,
    ep_options,
    session_config,
    ...asked
  } = config;
  return [asked, inOrder(ep_options), inOrder(session_config)];
}

function inOrder(options: Readonly<Record<string, string>>): readonly (readonly string[])[] {
  return Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
}
