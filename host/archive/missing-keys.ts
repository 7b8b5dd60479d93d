/** Of what was computed, what the saved file has a place for, in its order. */
export function knownOf(computed: unknown, saved: unknown): unknown {
  if (Array.isArray(computed) && Array.isArray(saved)) {
    return computed.map((item, index) => (index in saved ? knownOf(item, saved[index]) : item));
  }
  if (!isRecord(computed) || !isRecord(saved)) return computed;
  const shared = Object.keys(saved).filter((key) => Object.hasOwn(computed, key));
  return Object.fromEntries(shared.map((key) => [key, knownOf(computed[key], saved[key])]));
}

/**
 * Keys that were computed and that the saved file has not, as paths (`cells[].energy`), each once.
 * Lists of unlike lengths are held against each other as far as both go.
 */
export function missingKeys(computed: unknown, saved: unknown): readonly string[] {
  return [...new Set(missingBelow('', computed, saved))];
}

function missingBelow(path: string, computed: unknown, saved: unknown): string[] {
  if (Array.isArray(computed) && Array.isArray(saved)) {
    const both = computed.slice(0, saved.length);
    return both.flatMap((item, index) => missingBelow(`${path}[]`, item, saved[index]));
  }
  if (!isRecord(computed) || !isRecord(saved)) return [];
  return Object.keys(computed).flatMap((key) => {
    const below = path === '' ? key : `${path}.${key}`;
    // What is undefined is not written either.
    if (computed[key] === undefined) return [];
    return Object.hasOwn(saved, key) ? missingBelow(below, computed[key], saved[key]) : [below];
  });
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
