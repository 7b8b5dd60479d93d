import type { ScreenHost } from '../frame/screen-host.tsx';

export type RunChoice = 'stop' | 'leave' | 'continue';

type Asker = Pick<ScreenHost, 'open'>;

interface StopQuestion {
  readonly title: string;
  readonly text: string;
  readonly stop: string;
  readonly leave: string;
}

/** What to do with what goes on without this program; no answer is to continue. */
export async function askToStopOrLeave(
  host: Asker,
  { title, text, stop, leave }: StopQuestion,
  signal?: AbortSignal,
): Promise<RunChoice> {
  const choices = [
    { key: 's', word: stop },
    { key: 'l', word: leave },
  ];
  const answer = await host.open({ kind: 'choice', title, text, choices }, signal);
  if (answer === 's') return 'stop';
  return answer === 'l' ? 'leave' : 'continue';
}

/** What to do with a run that goes on on the board. */
export async function askAboutRun(host: Asker, signal?: AbortSignal): Promise<RunChoice> {
  const question = {
    title: 'Stop this run, or leave it going?',
    text: 'It lives on the board and goes on without this program.',
    stop: 'stop it, keep what was measured',
    leave: 'leave it going',
  };
  return await askToStopOrLeave(host, question, signal);
}

/** Whether to end what has not begun to measure. */
export async function askToGiveUp(host: Asker): Promise<boolean> {
  const text = 'Nothing is measured yet.';
  const choices = [{ key: 'y', word: 'give up' }];
  return (await host.open({ kind: 'choice', title: 'Give up?', text, choices })) === 'y';
}
