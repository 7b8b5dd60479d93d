import { exitCodes, OrinError } from '../../host/errors.ts';
import { printAside } from './print.ts';

/**
 * Prints an error in three lines (what and where, why, what to do next) and gives the exit code.
 * Anything that is no OrinError is a bug of ours and says so.
 */
export function reportFailure(error: unknown, options: { readonly debug: boolean }): number {
  if (isCancellation(error)) return exitCodes.interrupted;
  if (!(error instanceof OrinError)) return reportBug(error, options);
  printAside(`${describeFailure(error)}\n`);
  if (options.debug) printAside(`${stackOf(error)}\n`);
  return error.exitCode;
}

/** The three lines of an error, without colour. */
export function describeFailure(error: OrinError): string {
  const lines = [`✗ ${error.message}`];
  if (error.why) lines.push(`  why: ${error.why}`);
  if (error.next) lines.push(`  try: ${error.next}`);
  return lines.join('\n');
}

function reportBug(error: unknown, options: { readonly debug: boolean }): number {
  const message = error instanceof Error ? error.message : String(error);
  printAside(
    `✗ orin-remote failed in a way that it should not: ${message}\n  why: this is a bug of orin-remote\n`,
  );
  printAside(
    options.debug
      ? `${stackOf(error)}\n`
      : '  try: the same command with --debug, and report the trace\n',
  );
  return exitCodes.bug;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
