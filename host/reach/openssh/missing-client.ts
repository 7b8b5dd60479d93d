import { OrinError } from '../../errors.ts';

/** Why the ssh program could not be started. */
export function missingClient(error: Error): OrinError {
  const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return new OrinError({
    code: 'missing-tool',
    what: 'cannot start the ssh program of this machine',
    why: isAbsent ? 'there is none in PATH' : error.message,
    next: 'install OpenSSH’s client (openssh-client), or use --transport ssh2',
    cause: error,
  });
}
