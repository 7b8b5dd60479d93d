import type { ScreenHost } from '../frame/screen-host.tsx';

export type RunChoice = 'stop' | 'leave' | 'continue';

type Asker = Pick<ScreenHost, 'open'>;

const choices: readonly { readonly key: string; readonly word: string; choice: RunChoice }[] = [
  { key: 's', word: 'stop it, keep what was measured', choice: 'stop' },
  { key: 'l', word: 'leave it going', choice: 'leave' },
];

/** What to do with a run that goes on on the board; no answer is to continue. */
export async function askAboutRun(host: Asker, signal?: AbortSignal): Promise<RunChoice> {
  const text = 'It lives on the board and goes on without this program.';
  const dialog = {
    kind: 'choice',
    title: 'Stop this run, or leave it going?',
    text,
    choices,
  } as const;
  const answer = await host.open(dialog, signal);
  return choices.find(({ key }) => key === answer)?.choice ?? 'continue';
}

/** Whether to end what has not begun to measure. */
export async function askToGiveUp(host: Asker): Promise<boolean> {
  const text = 'Nothing is measured yet.';
  const choices = [{ key: 'y', word: 'give up' }];
  return (await host.open({ kind: 'choice', title: 'Give up?', text, choices })) === 'y';
}
