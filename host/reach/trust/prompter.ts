/** Something only the person can answer. */
export interface Question {
  readonly kind: 'passphrase' | 'password' | 'keyboard-interactive' | 'host-key';
  /** Cleaned, ready to show; may span lines. */
  readonly text: string;
  /** False for secrets: the answer must not appear on the screen. */
  readonly echo: boolean;
}

/** Asks the person. `null` means that nobody can be asked: no terminal, or --batch-mode. */
export interface Prompter {
  ask(question: Question, signal?: AbortSignal): Promise<string | null>;
  /**
   * While a question may come: what is typed before it is not shown, until the function that this
   * gives is called.
   */
  hush?(): () => void;
}

/** For use where there is nobody to ask. */
export const silentPrompter: Prompter = { ask: async () => null };
