const unsafe = /['!\\\n\r]/;

/**
 * A command line that bash, dash, zsh, fish, tcsh and rbash all pass on unchanged to /bin/sh: the script stands
 * in single quotes and so must hold no `'`, `!`, `\` or newline (fish and csh read those differently).
 * @throws Error when the script breaks that rule, which is a bug of ours.
 */
export function sh(script: string): string {
  if (unsafe.test(script)) throw new Error(`script cannot be quoted for every shell: ${script}`);
  return `sh -c '${script}'`;
}

/**
 * A path as one word of a script given to `sh`: double-quoted, refusing what would end the quotes.
 * @throws Error on `"`, `$`, a backtick, or anything that `sh` refuses.
 */
export function word(path: string): string {
  if (/["$`]/.test(path) || unsafe.test(path)) throw new Error(`cannot be quoted: ${path}`);
  return `"${path}"`;
}
