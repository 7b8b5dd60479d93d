import {
  type JournalKind,
  journalEventSchema,
  type Unnumbered,
  type WrittenOf,
} from '../contract/events.ts';

/**
 * What another process of ours reports, as the journal will hold it: of one of these kinds, and
 * fitting the schema but for its number, which the journal gives. A process whose memory an engine
 * damaged may send anything.
 * @throws Error that says what does not fit.
 */
export function reportedEvent<K extends JournalKind>(
  message: object,
  kinds: readonly K[],
): Unnumbered<WrittenOf<K>> {
  const parsed = journalEventSchema.safeParse({ ...message, seq: 0 });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${issue?.path.join('.') || 'event'}: ${issue?.message ?? 'does not fit'}`);
  }
  const { seq: _number, ...event } = parsed.data;
  if (!kinds.some((kind) => kind === event.kind)) throw new Error(`event of kind ${event.kind}`);
  // Its kind was just looked at, which the compiler cannot follow through a union.
  return event as unknown as Unnumbered<WrittenOf<K>>;
}
