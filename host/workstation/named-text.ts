import { cleanLine } from '../../agent/contract/clean-text.ts';
import { OrinError } from '../errors.ts';
import { decodeText } from './decode-text.ts';
import { readNamed, readStandardInput } from './named-file.ts';

/** In the place of a path. */
const standardInput = '-';

/** What the person is told when the file is none of what is read. */
export interface TextAdvice {
  readonly maxBytes: number;
  /** What may be named instead. */
  readonly give: string;
  /** The command that saves such a file on the board. */
  readonly save: string;
}

/**
 * The text of a file that a person named: a regular one, a pipe, or `-` for standard input.
 * @throws OrinError `data-unreadable` when it cannot be read, is too large, or is no text.
 */
export async function readNamedText(path: string, advice: TextAdvice): Promise<string> {
  const text = decodeText(await readBounded(path, advice));
  if (text !== null) return text;
  throw new OrinError({
    code: 'data-unreadable',
    what: `${nameOf(path)} is no text`,
    why: 'it has zero bytes that are neither of UTF-8 nor of UTF-16',
    next: `save it on the board with: ${advice.save}`,
  });
}

async function readBounded(path: string, { maxBytes, give }: TextAdvice): Promise<Uint8Array> {
  try {
    return await (path === standardInput
      ? readStandardInput(maxBytes)
      : readNamed(path, { maxBytes }));
  } catch (error) {
    throw new OrinError({
      code: 'data-unreadable',
      what: `cannot read ${nameOf(path)}`,
      why: error instanceof Error ? error.message : String(error),
      next: `give ${give}`,
      cause: error,
    });
  }
}

/** A file as a person knows it. */
export function nameOf(path: string): string {
  return path === standardInput ? 'standard input' : cleanLine(path);
}
