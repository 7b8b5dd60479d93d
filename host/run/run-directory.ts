/** Where a run lies on a board; all paths absolute. */
export function runDirectory(base: string, runId: string): string {
  return `${base}/runs/${runId}`;
}
