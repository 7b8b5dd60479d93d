import { shellWord } from '../../host/link/shell-word.ts';

/** The command by which a run is found again, with the arguments by which its board was reached. */
export function attachCommandLine(
  host: string,
  reachedBy: readonly string[],
  runId: string,
): string {
  return ['orin-remote', 'attach', host, runId, ...reachedBy].map(shellWord).join(' ');
}
