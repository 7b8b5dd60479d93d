import fc from 'fast-check';
import { journalEventSchema } from '../../agent/contract/events.ts';

/** What the generators look at in a schema of zod 4: https://zod.dev/packages/core#schemas. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
  readonly items?: readonly Schema[];
  readonly options?: readonly Schema[];
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly keyType?: Schema;
  readonly valueType?: Schema;
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
  readonly check?: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
}

interface Check {
  readonly check: string;
  readonly value?: number;
  readonly inclusive?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: RegExp;
}

interface Schema {
  readonly _zod: { readonly def: unknown };
}

export interface Taste {
  /** Of every text that may be any. */
  readonly text: fc.Arbitrary<string>;
  /** Of fields by their name, instead of what their schema allows. */
  readonly fields?: Readonly<Record<string, fc.Arbitrary<unknown>>>;
  readonly maxArray?: number;
}

/**
 * Values that fit a schema, made from nothing but it: a field that is added later is covered by
 * itself.
 */
export function arbitraryOf(schema: Schema, taste: Taste): fc.Arbitrary<unknown> {
  const def = schema._zod.def as Definition;
  const inner = (of: Schema | undefined) => {
    if (of === undefined) throw new Error(`a ${def.type} without its part`);
    return arbitraryOf(of, taste);
  };
  switch (def.type) {
    case 'object':
      return objectOf(def.shape ?? {}, taste);
    case 'array':
      return fc.array(inner(def.element), { maxLength: taste.maxArray ?? 4, ...minLength(def) });
    case 'tuple':
      return fc.tuple(...(def.items ?? []).map(inner));
    case 'union':
      return fc.oneof(...(def.options ?? []).map(inner));
    case 'record':
      return fc.dictionary(inner(def.keyType) as fc.Arbitrary<string>, inner(def.valueType), {
        maxKeys: 3,
      });
    case 'nullable':
      return fc.option(inner(def.innerType), { nil: null });
    case 'optional':
    case 'default':
      return fc.option(inner(def.innerType), { nil: undefined });
    case 'pipe':
      return inner(def.in);
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries ?? {}));
    case 'literal':
      return fc.constantFrom(...(def.values ?? []));
    case 'boolean':
      return fc.boolean();
    case 'number':
      return numberOf(def);
    case 'string':
      return textOf(def, taste);
    case 'unknown':
      return fc.oneof(
        taste.text,
        fc.integer(),
        fc.constant(null),
        fc.dictionary(taste.text, taste.text),
      );
    default:
      throw new Error(`no generator for ${def.type}: write one`);
  }
}

function objectOf(shape: Readonly<Record<string, Schema>>, taste: Taste): fc.Arbitrary<unknown> {
  const fields = Object.entries(shape).map(([name, field]): [string, fc.Arbitrary<unknown>] => [
    name,
    taste.fields?.[name] ?? arbitraryOf(field, taste),
  ]);
  return fc
    .record(Object.fromEntries(fields))
    .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
}

function checksOf({ checks = [] }: Definition): readonly Check[] {
  return checks.map(({ _zod }) => _zod.def);
}

function minLength(def: Definition): { minLength?: number } {
  const found = checksOf(def).find(({ check }) => check === 'min_length')?.minimum;
  return found === undefined ? {} : { minLength: found };
}

/** Small ones, and those at the edges of what is exact. */
function numberOf(def: Definition): fc.Arbitrary<number> {
  const bound = checksOf(def).find(({ check }) => check === 'greater_than');
  const most = checksOf(def).find(({ check }) => check === 'less_than')?.value ?? null;
  const isInt = def.check === 'number_format';
  const least = bound === undefined ? null : (bound.value ?? 0) + (bound.inclusive ? 0 : 1);
  if (isInt) {
    const min = least ?? -Number.MAX_SAFE_INTEGER;
    const max = Math.min(most ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    return fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: Math.max(min, 0), max: Math.min(max, 2000) }) },
      fc.constantFrom(Math.max(min, 0), max, max - 1, Math.min(max, 2 ** 32)),
      fc.integer({ min, max }),
    );
  }
  const wild = fc.double({
    noNaN: true,
    noDefaultInfinity: true,
    ...(least !== null && { min: 1e-300 }),
    ...(most !== null && { max: most }),
  });
  if (most !== null) return wild;
  return fc.oneof(
    fc.integer({ min: least ?? -100, max: 100 }),
    wild,
    fc.constantFrom(1e308, 1e-320),
  );
}

function textOf(def: Definition, { text }: Taste): fc.Arbitrary<string> {
  const checks = checksOf(def);
  const pattern = checks.find((check) => check.pattern !== undefined)?.pattern;
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern.source));
  const max = checks.find(({ check }) => check === 'max_length')?.maximum;
  return max === undefined ? text : text.map((value) => value.slice(0, max));
}

/** Events of one kind, as a board could send them, without their number. */
export function arbitraryEvent(kind: string, taste: Taste): fc.Arbitrary<object> {
  const option = journalEventSchema.def.options.find(
    ({ shape }) => shape.kind.def.values[0] === kind,
  );
  if (option === undefined) throw new Error(`no event ${kind}`);
  return arbitraryOf(option, taste) as fc.Arbitrary<object>;
}

export const eventKinds: readonly string[] = journalEventSchema.def.options.map(({ shape }) =>
  String(shape.kind.def.values[0]),
);

/** A journal's text: events numbered in their order. */
export function journalText(events: readonly object[]): string {
  return events.map((event, seq) => `${JSON.stringify({ ...event, seq })}\n`).join('');
}
