import { OrinError } from '../../errors.ts';
import type { Link } from '../../link/link.ts';
import type { Prompter } from '../../reach/trust/prompter.ts';
import { runScript } from '../../shell/run-script.ts';

/**
 * How commands become root on a board. A password lives in this program's memory and on standard
 * input of `sudo`, nowhere else.
 */
export type BoardRoot =
  | { readonly kind: 'root' }
  | { readonly kind: 'passwordless' }
  | { readonly kind: 'password'; readonly password: string };

const MAX_ATTEMPTS = 3;

/**
 * First line of standard input of a script that uses `asRoot`; empty where no password is needed.
 */
export function passwordLine(root: BoardRoot): string {
  return `${root.kind === 'password' ? root.password : ''}\n`;
}

/** Reads that line, byte by byte, so that what follows it stays. */
export const readPassword = 'IFS= read -r w';

/** A simple command of a script as root; a new session where it is to outlive the connection. */
export function asRoot({ kind }: BoardRoot, command: string, session = ''): string {
  if (kind === 'root') return `${session}${command}`;
  if (kind === 'passwordless') return `${session}sudo -n ${command}`;
  // `printf` is part of the shell: the password is in no argument list. -k: a cached answer would
  // leave it unread.
  return `{ printf %s "$w"; echo; } | ${session}sudo -k -S -p "" ${command}`;
}

/**
 * Finds out how to become root: as root already, by a `sudo` that asks nothing, or by the password
 * that the person is asked for.
 * @throws OrinError `not-permitted` with what to do, where there is no way.
 */
export async function rootOn(
  link: Link,
  prompter: Prompter,
  signal: AbortSignal,
): Promise<BoardRoot> {
  const step = `looking for root on ${link.board}`;
  const script =
    'if [ "$(id -u)" = 0 ]; then echo way=root; elif sudo -n true 2> /dev/null; then echo way=passwordless; else echo way=password; fi';
  const { output } = await runScript(link, script, { step, signal });
  const way = /^way=(\w+)$/m.exec(output)?.[1];
  if (way === 'root' || way === 'passwordless') return { kind: way };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const again = attempt === 0 ? '' : 'That was not it. ';
    const text = `${again}[sudo] password on ${link.board}: `;
    const password = await prompter.ask({ kind: 'password', text, echo: false }, signal);
    if (password === null) break;
    if (/[\0\r\n]/.test(password)) continue;
    const root: BoardRoot = { kind: 'password', password };
    const check = `${readPassword}; ${asRoot(root, 'true')} > /dev/null 2>&1 && echo way=open`;
    const answer = await runScript(link, check, { step, signal, input: passwordLine(root) });
    if (/^way=open$/m.test(answer.output)) return root;
  }
  throw new OrinError({
    code: 'not-permitted',
    what: `no way to root on ${link.board}`,
    why: 'interrupts are moved, and put back, by root; sudo wants a password and did not get it',
    next: 'run it on a terminal, where the password is asked for, or allow this user `sudo -n` on the board',
    board: link.board,
  });
}
