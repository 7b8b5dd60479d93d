import { cleanLine } from '../../contract/clean-text.ts';
import { maxPlacementNodes } from '../../contract/engine-events.ts';
import type { WrittenOf } from '../../contract/events.ts';
import { EngineRefusal } from '../engine.ts';

type Layers = NonNullable<WrittenOf<'placement'>['layers']>;

export interface LayerProfile {
  /** Profiled queries. */
  readonly runs: number;
  readonly layers: Layers;
}

const number = String.raw`([\d.]+(?:e[+-]?\d+)?)`;
/**
 * One layer a line. The name is not escaped as JSON would have it: what follows it tells where it
 * ends.
 */
const layerLine = new RegExp(
  String.raw`\{ *"name" *: *"(.*)", *"timeMs" *: *${number}, *"averageMs" *: *${number}(?:, *"medianMs" *: *${number})?, *"percentage"`,
);

/**
 * Reads the file of `--exportProfile`: `{ "count" }`, then layers in order of execution,
 * milliseconds. Keeps the longest
 * 1024. Throws `EngineRefusal` when it is none.
 */
export function readLayers(text: string): LayerProfile {
  const runs = Number(/"count" *: *(\d{1,9})\b/.exec(text)?.[1] ?? 0);
  const all = text.split('\n').flatMap((line) => {
    const [, name = '', , average, median] = layerLine.exec(line) ?? [];
    if (average === undefined) return [];
    const duration_ns = nanoseconds(average);
    return duration_ns === null
      ? []
      : [{ name: cleanLine(name, 200), duration_ns, median_ns: nanoseconds(median) }];
  });
  if (runs === 0 || all.length === 0) {
    throw new EngineRefusal("trtexec's profile does not read: it holds no layer");
  }
  const total_ns = all.reduce((sum, { duration_ns }) => sum + duration_ns, 0);
  const list = all.toSorted((a, b) => b.duration_ns - a.duration_ns).slice(0, maxPlacementNodes);
  return { runs, layers: { count: all.length, total_ns, list } };
}

function nanoseconds(milliseconds: string | undefined): number | null {
  const value = Math.round(Number(milliseconds) * 1e6);
  return Number.isSafeInteger(value) ? value : null;
}
