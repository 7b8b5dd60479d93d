/**
 * Name of a file in a run's directory. A run that is resumed goes on in segments: `journal.ndjson`
 * is the first, `journal-2.ndjson` the second, and so with `plan.json`, `mpstat.log` and
 * `proc.log`.
 */
export function segmentFile(name: string, segment: number): string {
  return segment === 1 ? name : name.replace(/(?=\.[^.]*$)/, `-${segment}`);
}

/** Directory in a run's directory for what a worker writes and reads back while it runs. */
export const scratchName = 'scratch';
