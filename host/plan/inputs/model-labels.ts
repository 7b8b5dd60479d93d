import path from 'node:path';
import { cleanLine } from '../../../agent/contract/clean-text.ts';

/** What a model is told by. */
export interface NamedModel {
  readonly id: string;
  /** A built-in's name, or an absolute path. */
  readonly place: string;
}

/** The file name stands at the end: a longer label loses its beginning. */
const MAX_CHARACTERS = 300;

/**
 * What people are shown of different models: the file name of each, with as much of the path before
 * it as tells it from the others (`fp32/model.onnx`, `int8/model.onnx`). Where not even the whole
 * path does, because of what was cleaned out of it, the beginning of the id is added.
 */
export function modelLabels(models: readonly NamedModel[]): string[] {
  const parts = models.map(({ place }) => place.split(path.sep));
  let shown = models.map(() => 1);
  for (;;) {
    const labels = parts.map((each, at) => labelOf(each.slice(-(shown[at] ?? 1))));
    const isTold = (at: number) =>
      labels[at] !== '' &&
      labels.indexOf(labels[at] ?? '') === labels.lastIndexOf(labels[at] ?? '');
    const next = shown.map((count, at) =>
      isTold(at) ? count : Math.min(count + 1, parts[at]?.length ?? 1),
    );
    if (next.every((count, at) => count === shown[at])) {
      return models.map(({ id }, at) =>
        isTold(at) ? (labels[at] ?? '') : `${labels[at]} (${id.slice(0, 12)})`.trim(),
      );
    }
    shown = next;
  }
}

function labelOf(parts: readonly string[]): string {
  const characters = [...cleanLine(parts.join('/'), Number.POSITIVE_INFINITY)];
  if (characters.length <= MAX_CHARACTERS) return characters.join('');
  return `…${characters.slice(1 - MAX_CHARACTERS).join('')}`;
}
