import { type Command, Option } from 'commander';
import type { Given, OptionRow, OptionTable, Values } from './option-row.ts';

/** Gives a command the options of a table. */
export function addOptions(command: Command, table: OptionTable): void {
  for (const row of Object.values(table)) command.addOption(optionOf(row));
}

/** Commander holds no defaults: what it knows afterwards is what was said. */
function optionOf(row: OptionRow<unknown>): Option {
  const { flags, about, shown, choices, preset, group, parse } = row;
  const option = new Option(flags, shown === undefined ? about : `${about} (default: ${shown})`);
  if (choices !== undefined) option.choices(choices);
  if (parse !== undefined) option.argParser((text, before) => parse(text, before));
  if (preset !== undefined) option.preset(preset);
  if (group !== undefined) option.helpGroup(group);
  return option.makeOptionMandatory(row.isRequired === true);
}

/** What was said of a table's options, by its names. */
export function givenIn<T extends OptionTable>(
  table: T,
  options: Readonly<Record<string, unknown>>,
): Given<T> {
  const said = Object.entries(table).flatMap(([key, { flags }]) => {
    const value: unknown = options[new Option(flags).attributeName()];
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(said) as Given<T>;
}

/** Of values of several tables those of one. */
export function givenUnder<T extends OptionTable>(
  table: T,
  given: Readonly<Record<string, unknown>>,
): Given<T> {
  const own = Object.entries(given).filter(([key]) => Object.hasOwn(table, key));
  return Object.fromEntries(own) as Given<T>;
}

/**
 * An option that a file names, with its value as the command line would read it; null where there
 * is no such option, or a flag has a value. @throws OrinError `usage`
 */
export function readOption(
  table: OptionTable,
  name: string,
  value: unknown,
): readonly [key: string, value: unknown] | null {
  const found = Object.entries(table).find(([, { flags }]) => new Option(flags).long === name);
  if (found === undefined) return null;
  const [key, { parse, choices }] = found;
  if (typeof value === 'boolean' || parse === undefined) {
    const isFlag = parse === undefined && choices === undefined;
    return isFlag === (typeof value === 'boolean') ? [key, value] : null;
  }
  const texts = (Array.isArray(value) ? value : [value]).map(String);
  return [key, texts.reduce<unknown>((before, text) => parse(text, before), undefined)];
}

/** The values of all options of a table. */
export function withDefaults<T extends OptionTable>(table: T, given: Given<T>): Values<T> {
  const all = Object.entries(table).map(([key, { fallback }]) => {
    const value = given[key];
    return [key, value === undefined ? fallback : value];
  });
  return Object.fromEntries(all) as Values<T>;
}

/** The arguments that say what differs from the defaults. */
export function argumentsOf<T extends OptionTable>(table: T, values: Given<T>): string[] {
  return Object.entries(table).flatMap(([key, row]) => {
    const value = values[key];
    if (value === undefined || JSON.stringify(value) === JSON.stringify(row.fallback)) return [];
    const name = new Option(row.flags).long ?? row.flags;
    const isFlag = row.parse === undefined && row.choices === undefined;
    return isFlag ? [name] : row.write(value).flatMap((text) => [name, text]);
  });
}

/**
 * The values as a result may carry them to other people: private ones as if nothing had been said.
 */
export function shareable<T extends OptionTable>(table: T, values: Values<T>): Values<T> {
  const kept = Object.entries(table).map(([key, row]) => {
    const value = values[key];
    if (row.privacy === 'private') return [key, row.fallback];
    return [key, row.privacy === 'shortened' && row.shorten ? row.shorten(value) : value];
  });
  return Object.fromEntries(kept) as Values<T>;
}
