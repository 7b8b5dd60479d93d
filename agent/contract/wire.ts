import { cleanLine } from './clean-text.ts';
import { type JournalEvent, journalEventSchema, type WrittenEvent } from './events.ts';

/** A journal line longer than this is refused: nothing of ours comes near it. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** One event as one line, newline included. */
export function encodeEvent(event: WrittenEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/** What a line turned out to be; `problem` says why it is no event, in one sentence. */
export type DecodedLine =
  | { readonly ok: true; readonly event: JournalEvent }
  | { readonly ok: false; readonly problem: string };

/** Reads one line (without its newline) as an event; never throws. */
export function decodeLine(line: string): DecodedLine {
  if (line.length > MAX_LINE_BYTES) {
    return { ok: false, problem: `line of ${line.length} characters` };
  }
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { ok: false, problem: 'not JSON' };
  }
  const parsed = journalEventSchema.safeParse(json);
  if (parsed.success) return { ok: true, event: parsed.data };
  const issue = parsed.error.issues[0];
  const place = issue?.path.join('.') ?? '';
  return {
    ok: false,
    problem: cleanLine(`${place || 'event'}: ${issue?.message ?? 'does not fit'}`),
  };
}
