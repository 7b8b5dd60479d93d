import { OrinError } from '../../errors.ts';
import type { Link } from '../../link/link.ts';
import type { Prompter } from '../../reach/trust/prompter.ts';
import { program } from '../../shell/program.ts';
import asRoot from '../../shell/programs/as-root.sh';
import findRoot from '../../shell/programs/find-root.sh';
import { runScript } from '../../shell/run-script.ts';

/** How commands become root on a board. A password lives in this program's memory and on standard input of `sudo`, nowhere else. */
export type BoardRoot =
  | { readonly kind: 'root' }
  | { readonly kind: 'passwordless' }
  | { readonly kind: 'password'; readonly password: string };

const MAX_ATTEMPTS = 3;
const tryPassword = 'read_password; way=password; as_root true > /dev/null 2>&1 && echo way=open';

/** First line of standard input of a script that uses as-root.sh; empty where no password is needed. */
export function passwordLine(root: BoardRoot): string {
  return `${root.kind === 'password' ? root.password : ''}\n`;
}

/**
 * Finds out how to become root: as root already, by a `sudo` that asks nothing, or by the password that the person is asked for.
 * @throws OrinError `not-permitted` with what to do, where there is no way.
 */
export async function rootOn(
  link: Link,
  prompter: Prompter,
  signal: AbortSignal,
): Promise<BoardRoot> {
  const step = `looking for root on ${link.board}`;
  const { output } = await runScript(link, program(findRoot), { step, signal });
  const way = /^way=(\w+)$/m.exec(output)?.[1];
  if (way === 'root' || way === 'passwordless') return { kind: way };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const again = attempt === 0 ? '' : 'That was not it. ';
    const text = `${again}[sudo] password on ${link.board}: `;
    const password = await prompter.ask({ kind: 'password', text, echo: false }, signal);
    if (password === null) break;
    if (/[\0\r\n]/.test(password)) continue;
    const root: BoardRoot = { kind: 'password', password };
    const answer = await runScript(link, program([asRoot, tryPassword]), {
      step,
      signal,
      input: passwordLine(root),
    });
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
