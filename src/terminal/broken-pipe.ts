/**
 * `orin-remote results | head` ends in silence, as every well-behaved program does. Progress that
 * nobody reads any more, because a pipe or the terminal is closed, is no reason to give up what
 * stdout still waits for.
 */
export function exitQuietlyOnBrokenPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isClosed(error)) process.exit(process.exitCode ?? 0);
    throw error;
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (!isClosed(error)) throw error;
  });
}

/** A pipe without its reader, or a terminal that hung up. */
function isClosed({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO';
}
