const unsafe = /['!\\\n\r]/;

/**
 * Variables by which an account changes what the tools of every script print or take; grep minds
 * its own up to 3.5.
 */
const tidyVariables = 'unset CDPATH GREP_OPTIONS GREP_COLOR GZIP POSIXLY_CORRECT ZSTD_CLEVEL; ';

/**
 * A command line that bash, dash, zsh, fish, tcsh and rbash all pass on unchanged to /bin/sh: the
 * script stands in single quotes and so must hold no `'`, `!`, `\` or newline (fish and csh read
 * those differently). What it makes is this user's alone, whatever the account's umask.
 * @throws Error when the script breaks that rule, which is a bug of ours.
 */
export function sh(script: string): string {
  if (unsafe.test(script)) throw new Error(`script cannot be quoted for every shell: ${script}`);
  return `sh -c 'umask 077; ${tidyVariables}${script}'`;
}

/**
 * A path as one word of a script given to `sh`: double-quoted, refusing what would end the quotes.
 * @throws Error on `"`, `$`, a backtick, or anything that `sh` refuses.
 */
export function word(path: string): string {
  if (/["$`]/.test(path) || unsafe.test(path)) throw new Error(`cannot be quoted: ${path}`);
  return `"${path}"`;
}
