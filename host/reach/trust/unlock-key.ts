import type { ParsedKey } from 'ssh2';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { parseKey } from './key-file.ts';
import type { Prompter } from './prompter.ts';

/** A key, or why there is none: its passphrase was not given, or it is not what failed. */
export type Unlocked =
  | { readonly key: ParsedKey }
  | { readonly kind: 'locked' | 'unreadable'; readonly reason: string };

const attempts = 3;
/**
 * What ssh2 says of a wrong passphrase; the second is OpenSSL's word for an AES-GCM tag that does
 * not fit.
 */
const wrongPassphrase = /bad passphrase|unable to authenticate data|bad decrypt/i;

/**
 * Asks for the passphrase of a key up to three times; an empty answer goes on without the key, as
 * in ssh.
 */
export async function unlockKey(path: string, text: string, prompter: Prompter): Promise<Unlocked> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const again = attempt === 1 ? '' : 'That was not it. ';
    const question = `${again}Passphrase of ${path}: `;
    const passphrase = await prompter.ask({ kind: 'passphrase', text: question, echo: false });
    if (passphrase === null || passphrase === '') break;
    // ssh2 derives the key in JavaScript: 0.4 s for ssh-keygen's 16 rounds, in which nothing else
    // runs.
    const key = parseKey(text, passphrase);
    if (!(key instanceof Error)) return { key };
    if (!wrongPassphrase.test(key.message)) {
      const why = cleanLine(key.message, 100);
      return { kind: 'unreadable', reason: `this client cannot read it (${why})` };
    }
  }
  return { kind: 'locked', reason: 'its passphrase was not given' };
}
