/** Effective ssh settings: keyword in lower case → its values in order. */
export type Settings = ReadonlyMap<string, readonly string[]>;

/** Reads what `ssh -G` prints: a keyword and its value on each line. Unknown keywords are kept. */
export function parseSettings(text: string): Settings {
  const settings = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    if (space <= 0) continue;
    const keyword = line.slice(0, space).toLowerCase();
    const values = settings.get(keyword) ?? [];
    values.push(line.slice(space + 1).trim());
    settings.set(keyword, values);
  }
  return settings;
}

/** The first value of a keyword; null when unset or set to `none`. */
export function setting(settings: Settings, keyword: string): string | null {
  const value = settings.get(keyword)?.[0];
  return value === undefined || value === '' || value === 'none' ? null : value;
}

/** A yes/no keyword; versions of ssh print `yes`, `true` and `no`, `false`. */
export function flag(settings: Settings, keyword: string, whenUnset: boolean): boolean {
  const value = settings.get(keyword)?.[0];
  if (value === undefined) return whenUnset;
  return value === 'yes' || value === 'true';
}

/** A whole number ≥ 0; null when unset or no number (`none`). */
export function wholeNumber(settings: Settings, keyword: string): number | null {
  const value = setting(settings, keyword);
  return value !== null && /^\d+$/.test(value) ? Number(value) : null;
}

/** Splits a value at spaces, keeping double-quoted parts whole. */
export function words(value: string): string[] {
  return [...value.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}
