import { nameOf } from '../workstation/named-text.ts';
import type { Finding } from './findings.ts';
import type { DumpFile } from './read-dump.ts';

/** What the file itself makes doubtful, or what was done to read it. */
export function inputFindings(path: string, file: DumpFile): readonly Finding[] {
  const name = nameOf(path);
  const texts = [
    ...(file.wrappedAt === null
      ? []
      : [`The lines of ${name} were wrapped at ${file.wrappedAt} columns; they were joined.`]),
    ...(file.repeated === 0
      ? []
      : [`${name} has more than one table of a kind: only the first of each was read.`]),
    ...(file.isOpenEnded
      ? [`${name} ends without the end of a line: its last row may be cut, or rows be missing.`]
      : []),
  ];
  return texts.map((text) => ({ kind: 'input', text }));
}
