/** The umask under which this program was started: for files that a person names. */
let umaskOfPerson: number | null = null;

/**
 * From now on this process and its children make files that only this user can read, whatever the
 * umask was.
 */
export function keepFilesPrivate(): void {
  umaskOfPerson = process.umask(0o077);
}

/**
 * Mode of a new file that a person asked for by its name: theirs to share, as any program would
 * make it.
 */
export function modeOfNamedFile(mode = 0o666): number {
  return mode & ~(umaskOfPerson ?? process.umask());
}
