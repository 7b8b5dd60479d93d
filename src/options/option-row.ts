/**
 * How far a value may go: `public` into results and to other machines; `shortened` there without
 * the paths of this machine; `private` nowhere.
 */
type Privacy = 'public' | 'shortened' | 'private';

/** One option: how it is written and read, what it means, and where its value may go. */
export interface OptionRow<T> {
  readonly flags: string;
  readonly about: string;
  /** Heading in the help. */
  readonly group?: string;
  /** The value where nothing is said. */
  readonly fallback: T;
  /** The fallback as the help shows it; absent: not shown. */
  readonly shown?: string;
  /** The only words that it takes. */
  readonly choices?: readonly string[];
  /** The word that is meant where the option stands without one. */
  readonly preset?: string;
  readonly isRequired?: boolean;
  readonly privacy: Privacy;
  /** The value without the paths of this machine. */
  shorten?(value: T): T;
  /**
   * Reads one value; `before` is what the option said earlier. Absent: a word of `choices`, or a
   * flag.
   */
  parse?(text: string, before: T | undefined): T;
  /** What `parse` would read, one text for each time that the option stands; a flag has none. */
  write(value: T): readonly string[];
}

export type OptionTable = Readonly<Record<string, OptionRow<unknown>>>;

/** The values of a table's options, with what is meant where nothing was said. */
export type Values<T extends OptionTable> = { readonly [K in keyof T]: T[K]['fallback'] };

/** What was said. */
export type Given<T extends OptionTable> = {
  readonly [K in keyof T]?: T[K]['fallback'] | undefined;
};

/** Rows for a record of these values: one each. */
export type Rows<S> = { readonly [K in keyof S]-?: OptionRow<S[K]> };

export function flag(flags: string, about: string): OptionRow<boolean> {
  return { flags, about, fallback: false, privacy: 'public', write: () => [] };
}

/** One word of several. */
export function choice<T extends string>(
  flags: string,
  about: string,
  choices: readonly T[],
): OptionRow<T | null> {
  return {
    flags,
    about,
    choices,
    fallback: null,
    privacy: 'public',
    write: (value) => (value === null ? [] : [value]),
  };
}

interface Reading<T> {
  readonly parse: (text: string) => T;
  readonly write?: (value: T) => string;
}

/** A value that may be left out. */
export function optional<T>(
  flags: string,
  about: string,
  { parse, write = String }: Reading<T>,
): OptionRow<T | null> {
  return {
    flags,
    about,
    fallback: null,
    privacy: 'public',
    parse: (text) => parse(text),
    write: (value) => (value === null ? [] : [write(value)]),
  };
}

export function text(flags: string, about: string): OptionRow<string | null> {
  return optional(flags, about, { parse: (value) => value });
}

/** A value with a default, which is read as if it had been written. */
export function withDefault<T>(
  flags: string,
  about: string,
  written: string,
  { parse, write = String }: Reading<T>,
): OptionRow<T> {
  return {
    flags,
    about,
    fallback: parse(written),
    shown: JSON.stringify(written),
    privacy: 'public',
    parse: (value) => parse(value),
    write: (value) => [write(value)],
  };
}

/** An option that may stand several times, each adding to what it said. */
export function repeated<T>(
  flags: string,
  about: string,
  parse: (text: string) => readonly T[],
  write: (value: T) => string,
): OptionRow<T[]> {
  return {
    flags,
    about,
    fallback: [],
    shown: '[]',
    privacy: 'public',
    parse: (value, before = []) => [...before, ...parse(value)],
    write: (values) => values.map(write),
  };
}

export function texts(flags: string, about: string): OptionRow<string[]> {
  return repeated<string>(
    flags,
    about,
    (value) => [value],
    (value) => value,
  );
}

/** The same rows under one heading of the help. */
export function grouped<T extends OptionTable>(group: string, rows: T): T {
  return mapped(rows, (row) => ({ ...row, group }));
}

/** The same rows, whose values go nowhere. */
export function privately<T extends OptionTable>(rows: T): T {
  return mapped(rows, (row) => ({ ...row, privacy: 'private' }));
}

function mapped<T extends OptionTable>(
  rows: T,
  change: (row: OptionRow<unknown>) => OptionRow<unknown>,
): T {
  return Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, change(row)])) as T;
}
