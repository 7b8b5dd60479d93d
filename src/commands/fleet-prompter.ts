import type { Prompter } from '../../host/reach/trust/prompter.ts';

/**
 * Asks for many boards: one question at a time, and a key's passphrase once for all of them. Gives
 * a prompter for each board; one that asks for the same passphrase again was told a wrong one, and
 * asks the person anew.
 */
export function fleetPrompter(person: Prompter): () => Prompter {
  const answers = new Map<string, string | null>();
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const asked = new Set<string>();
    return {
      ...(person.hush && { hush: person.hush }),
      ask(question, signal) {
        const turn = last.then(async () => {
          const { kind, text } = question;
          const isKnown = kind === 'passphrase' && answers.has(text) && !asked.has(text);
          asked.add(text);
          if (isKnown) return answers.get(text) ?? null;
          const answer = await person.ask(question, signal);
          if (kind === 'passphrase') answers.set(text, answer);
          return answer;
        });
        last = turn.catch(() => undefined);
        return turn;
      },
    };
  };
}
