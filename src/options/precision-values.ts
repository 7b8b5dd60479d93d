import { precisions } from '../../agent/contract/choices.ts';
import type { Cell } from '../../agent/contract/plan.ts';
import { OrinError } from '../../host/errors.ts';
import { choicesFrom, share } from './parse-values.ts';

interface PrecisionValues {
  /** What engines are told to compute in; `[null]`: as the model is. */
  readonly computed: readonly (Cell['precision'] | null)[];
  /** Half-width of the interval to stop at; null: the preset's. */
  readonly target: number | null;
}

/**
 * `--precision fp32,fp16` is what an engine computes in, `--target 1%` how exactly it is measured. A share, which is no
 * type of number, means the target under the first name as well: that is what the option was for once.
 * @throws OrinError `usage`
 */
export function precisionValues(
  texts: readonly string[],
  target: string | undefined,
): PrecisionValues {
  const shares = texts.filter((text) => /^[\d.]+%?$/.test(text.trim()));
  const lists = texts.filter((text) => !shares.includes(text));
  const targets = [
    ...(target === undefined ? [] : [share(target, '--target')]),
    ...shares.map((text) => share(text, '--precision')),
  ];
  if (targets.length > 1) {
    throw new OrinError({
      code: 'usage',
      what: 'the width of the interval to stop at is given twice',
      next: 'give it once: --target 1%',
    });
  }
  const asked = lists.flatMap((text) => choicesFrom(text, '--precision', precisions));
  return {
    computed: asked.length === 0 ? [null] : [...new Set(asked)],
    target: targets[0] ?? null,
  };
}
