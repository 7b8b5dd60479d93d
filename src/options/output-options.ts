import { flag, grouped, type Values, withDefault } from './option-row.ts';
import { choicesFrom } from './parse-values.ts';

const outputFormats = ['table', 'json', 'ndjson', 'csv', 'md'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** How everything is shown, on every command. */
export const displayOptions = {
  debug: flag('--debug', 'print stack traces and what is said on the wire'),
  color: { ...flag('--no-color', 'no colour (NO_COLOR is honoured as well)'), fallback: true },
  ascii: flag('--ascii', 'no characters beyond ASCII'),
};

/** How a result is shown, in one of these formats. */
function outputWith<T extends string>(formats: readonly [T, ...T[]]) {
  return grouped('Output:', {
    json: flag('--json', 'one JSON document on stdout'),
    output: withDefault('--output <format>', 'table, ndjson, csv or md', formats[0], {
      parse: (text): T => choicesFrom(text, '--output', formats)[0] ?? formats[0],
    }),
    tui: flag('--tui', 'watch the run full screen; the result goes to stdout as ever'),
    quiet: flag('-q, --quiet', 'no progress'),
  });
}

/** The same options on every command that ends in a result. */
export const outputOptions = outputWith(outputFormats);

/** And on those that end in a fleet's. */
export const fleetOutputOptions = outputWith(['table', 'json', 'csv', 'md']);

export type DisplaySettings = Values<typeof displayOptions>;
export type OutputSettings = Values<typeof outputOptions>;
export type FleetOutputSettings = Values<typeof fleetOutputOptions>;

export const jsonOption = { json: flag('--json', 'one JSON document') };

/** Where an export goes. */
export const outOption = withDefault('-o, --out <file>', 'write there; - is stdout', '-', {
  parse: (path) => path,
});
