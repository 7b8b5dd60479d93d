import type { AnyAuthMethod, AuthenticationType, KeyboardInteractiveCallback, Prompt } from 'ssh2';
import { cleanLine, cleanText } from '../../../agent/contract/clean-text.ts';
import type { AuthMethodName, ResolvedTarget } from '../config/resolve-target.ts';
import { collectIdentities, type Identity, type Unsigned } from '../trust/identities.ts';
import type { Prompter } from '../trust/prompter.ts';

/** What was tried so far, for the error message; holds no secrets. */
export interface AuthRecord {
  readonly tried: readonly string[];
  readonly skipped: readonly string[];
  /** Keys that nothing was signed with, although they were there. */
  readonly unsigned: readonly UnsignedKey[];
  /** What the server said it would take; null before it said anything. */
  readonly offered: readonly string[] | null;
}

export interface UnsignedKey extends Unsigned {
  readonly label: string;
}

export interface Authentication {
  readonly record: AuthRecord;
  /**
   * The next thing to try, or null when there is nothing left. Called by ssh2 after each refusal.
   */
  next(methodsLeft: readonly AuthenticationType[] | null): Promise<AnyAuthMethod | null>;
}

interface Progress {
  readonly tried: string[];
  readonly skipped: string[];
  readonly unsigned: UnsignedKey[];
  offered: readonly string[] | null;
}

/**
 * Everything we can try on a server, in the order ssh tries it: keys, keyboard-interactive,
 * password. Starts with a key and not with `none`, which saves a round trip; `none` is sent only
 * where the server's methods must be learnt.
 */
export function authentication(
  target: ResolvedTarget,
  prompter: Prompter,
  privateKeys: readonly string[],
): Authentication {
  const progress: Progress = { tried: [], skipped: [], unsigned: [], offered: null };
  const steps = authSteps(target, prompter, privateKeys, progress);
  return {
    record: progress,
    async next(methodsLeft) {
      if (methodsLeft !== null) progress.offered = methodsLeft;
      const step = await steps.next();
      return step.done ? null : step.value;
    },
  };
}

async function* authSteps(
  target: ResolvedTarget,
  prompter: Prompter,
  privateKeys: readonly string[],
  progress: Progress,
): AsyncGenerator<AnyAuthMethod, void> {
  for (const name of target.authMethods) {
    if (name === 'publickey') {
      const { usable, skipped } = await collectIdentities(target, prompter, privateKeys);
      progress.skipped.push(...skipped);
      yield* keySteps(usable, target.user, progress);
    } else {
      // ssh2 does not pass on what a server answers to a refused agent key, so ask.
      if (progress.offered === null) yield { type: 'none', username: target.user };
      yield* promptSteps(name, target, prompter, progress);
    }
  }
  if (progress.offered === null) yield { type: 'none', username: target.user };
}

async function* keySteps(
  identities: readonly Identity[],
  username: string,
  progress: Progress,
): AsyncGenerator<AnyAuthMethod, void> {
  for (const identity of identities) {
    if (!isOffered('publickey', progress)) return;
    const { label } = identity;
    const method = await identity.method(username, (why) => {
      progress.unsigned.push({ ...why, label });
      const at = progress.tried.lastIndexOf(label);
      if (at >= 0) progress.tried.splice(at, 1);
    });
    if (method === null) continue;
    progress.tried.push(label);
    yield method;
  }
}

async function* promptSteps(
  name: Exclude<AuthMethodName, 'publickey'>,
  target: ResolvedTarget,
  prompter: Prompter,
  progress: Progress,
): AsyncGenerator<AnyAuthMethod, void> {
  for (let attempt = 1; attempt <= target.passwordPrompts; attempt++) {
    if (!isOffered(name, progress)) return;
    const canGoOn =
      name === 'password'
        ? yield* passwordStep(target, prompter, progress, attempt)
        : yield* dialogueStep(target, prompter, progress, attempt);
    if (!canGoOn) return;
  }
}

/** Returns whether asking again makes sense. */
async function* passwordStep(
  target: ResolvedTarget,
  prompter: Prompter,
  progress: Progress,
  attempt: number,
): AsyncGenerator<AnyAuthMethod, boolean> {
  const again = attempt === 1 ? '' : 'Permission denied, try again. ';
  const text = `${again}Password of ${target.user}@${target.hostName}: `;
  const password = await prompter.ask({ kind: 'password', text, echo: false });
  if (password === null) {
    progress.skipped.push('password: nobody could be asked');
    return false;
  }
  progress.tried.push(`password (attempt ${attempt})`);
  yield { type: 'password', username: target.user, password };
  return true;
}

/** Returns whether asking again makes sense. */
async function* dialogueStep(
  target: ResolvedTarget,
  prompter: Prompter,
  progress: Progress,
  attempt: number,
): AsyncGenerator<AnyAuthMethod, boolean> {
  const dialogue = new Dialogue(target, prompter);
  yield { type: 'keyboard-interactive', username: target.user, prompt: dialogue.prompt };
  if (dialogue.isUnanswered) progress.skipped.push('keyboard-interactive: nobody could be asked');
  else progress.tried.push(`keyboard-interactive (attempt ${attempt})`);
  return dialogue.wasAsked && !dialogue.isUnanswered;
}

function isOffered(name: AuthMethodName, progress: Progress): boolean {
  return progress.offered === null || progress.offered.includes(name);
}

/** One round of a server's own questions. */
class Dialogue {
  wasAsked = false;
  isUnanswered = false;
  readonly #target: ResolvedTarget;
  readonly #prompter: Prompter;

  constructor(target: ResolvedTarget, prompter: Prompter) {
    this.#target = target;
    this.#prompter = prompter;
  }

  readonly prompt = (
    name: string,
    instructions: string,
    _language: string,
    prompts: Prompt[],
    finish: KeyboardInteractiveCallback,
  ): void => {
    this.wasAsked = true;
    this.#answers(name, instructions, prompts).then(
      (answers) => finish(answers),
      () => finish([]),
    );
  };

  async #answers(name: string, instructions: string, prompts: Prompt[]): Promise<string[]> {
    const answers: string[] = [];
    const heading = [name, instructions].map((text) => cleanText(text, 1000).trim());
    for (const [index, prompt] of prompts.slice(0, 32).entries()) {
      const question = `(${this.#target.user}@${this.#target.hostName}) ${cleanLine(prompt.prompt)} `;
      const lines = index === 0 ? [...heading.filter((text) => text !== ''), question] : [question];
      const answer = await this.#prompter.ask({
        kind: 'keyboard-interactive',
        text: lines.join('\n'),
        echo: prompt.echo === true,
      });
      if (answer === null) {
        this.isUnanswered = true;
        return [];
      }
      answers.push(answer);
    }
    return answers;
  }
}
