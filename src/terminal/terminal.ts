import { Chalk, type ChalkInstance } from 'chalk';

/** What one output stream can show; asked once per stream. */
export interface Terminal {
  readonly stream: NodeJS.WriteStream;
  readonly isInteractive: boolean;
  readonly isUnicode: boolean;
  readonly colour: ChalkInstance;
  /** Columns now; without bound where there is no terminal to be too narrow. */
  columns(): number;
}

export interface TerminalOptions {
  readonly color?: boolean;
  readonly ascii?: boolean;
}

/**
 * The abilities of a stream. Colour only on a terminal, never with NO_COLOR, TERM=dumb or
 * --no-color; FORCE_COLOR wins over detection. Animation only where `isInteractive`.
 */
export function terminalOf(
  stream: NodeJS.WriteStream,
  environment: Readonly<Record<string, string | undefined>>,
  options: TerminalOptions = {},
): Terminal {
  const isDumb = environment.TERM === 'dumb';
  const isInteractive = Boolean(stream.isTTY) && !isDumb && !environment.CI;
  const forced = environment.FORCE_COLOR !== undefined && environment.FORCE_COLOR !== '0';
  const wanted =
    options.color !== false && !environment.NO_COLOR && (forced || (stream.isTTY && !isDumb));
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  const isUnicode = options.ascii !== true && (locale === '' || /utf-?8/i.test(locale));
  return {
    stream,
    isInteractive,
    isUnicode,
    colour: new Chalk({ level: wanted ? 1 : 0 }),
    // A terminal that was never told its size says 0.
    columns: () => stream.columns || (stream.isTTY ? 80 : Number.POSITIVE_INFINITY),
  };
}
