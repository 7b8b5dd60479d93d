import type { Prompter, Question } from '../../host/reach/trust/prompter.ts';

/** Somebody at a terminal with prepared answers; remembers what was asked. */
export interface Person extends Prompter {
  readonly asked: Question[];
}

/** Answers in turn, and with null when there are no more. */
export function person(...answers: readonly string[]): Person {
  const asked: Question[] = [];
  return {
    asked,
    async ask(question) {
      asked.push(question);
      return answers[asked.length - 1] ?? null;
    },
  };
}
