import type { CellInput } from '../../../agent/contract/plan.ts';

type ByBatch = ReadonlyMap<number | null, readonly CellInput[]>;

/**
 * What a person should know of inputs before they are measured: rows of an array that are left out
 * because a batch was asked for, and arrays whose leading dimension is counted as one item because
 * nothing says that it is a batch.
 */
export function inputNotes(
  byBatch: ByBatch,
  { batchAxes }: { readonly batchAxes: readonly string[] },
): readonly string[] {
  const cut = [...byBatch].flatMap(([batch, inputs]) =>
    inputs.flatMap(({ name, shape, rowsGiven }) =>
      rowsGiven === undefined
        ? []
        : [`${shape[0]} of ${rowsGiven} rows of input ${name} are used at batch ${batch}`],
    ),
  );
  const whole = byBatch.get(null) ?? [];
  const many = whole.find(({ shape }) => shape.length > 1 && (shape[0] ?? 1) > 1);
  if (many === undefined || batchAxes.length > 0) return cut;
  const text = `an iteration counts as one item, because no dimension is known to be a batch; if one is, say --batch-axis ${many.name}:0, or name it`;
  return [...cut, text];
}
