import { cleanLine } from '../../agent/contract/clean-text.ts';
import { OrinError } from '../errors.ts';
import { readNamed } from '../workstation/named-file.ts';

/** A hundred thousand boards. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A mistake in a file that a person wrote, with its place: `fleet.yaml:12`. */
export function mistakeAt(path: string, line: number | null, why: string): OrinError {
  return new OrinError({
    code: 'config',
    what: line === null ? `cannot use ${path}` : `cannot use ${path}:${line}`,
    why: cleanLine(why),
    next: 'the format is in docs/fleet.md',
  });
}

/** @throws OrinError `config` */
export async function readListFile(path: string): Promise<string> {
  try {
    return (await readNamed(path, { maxBytes: MAX_BYTES })).toString('utf8');
  } catch (error) {
    throw new OrinError({
      code: 'config',
      what: `cannot read ${path}`,
      why: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}

/** Does something for a line, whose number goes into the error when it fails. */
export function onLine<T>(path: string, line: number | null, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OrinError) || error.code === 'config') throw error;
    throw mistakeAt(path, line, error.why ? `${error.message}: ${error.why}` : error.message);
  }
}
