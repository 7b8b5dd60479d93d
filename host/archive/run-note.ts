import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanText } from '../../agent/contract/clean-text.ts';
import { readRegular } from '../workstation/regular-file.ts';
import { runFiles, unwritable } from './directory.ts';

const MAX_NOTE = 2000;

/**
 * The note of a run; null without one. Unreadable is as good as none: it is no part of the result.
 */
export async function readNote(directory: string): Promise<string | null> {
  const text = await readRegular(join(directory, runFiles.note)).catch(() => '');
  const note = noteOf(text);
  return note === '' ? null : note;
}

/**
 * Writes a run's note, or takes it away where there is nothing in it. Gives what is kept of it.
 * @throws OrinError `results-unwritable`
 */
export async function writeNote(directory: string, text: string): Promise<string | null> {
  const path = join(directory, runFiles.note);
  const note = noteOf(text);
  const temporary = `${path}.${process.pid}.new`;
  try {
    if (note === '') {
      await rm(path, { force: true });
      return null;
    }
    await writeFile(temporary, `${note}\n`, { mode: 0o600 });
    await rename(temporary, path);
    return note;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw unwritable(error, path, null);
  }
}

/** Several lines perhaps, without tabs: they are as wide as a terminal likes. */
function noteOf(text: string): string {
  return cleanText(text.trim(), MAX_NOTE).replaceAll('\t', ' ');
}
