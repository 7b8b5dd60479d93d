import type { ScreenHost } from '../frame/screen-host.tsx';
import type { RunChoice } from '../live/run-questions.ts';

type Asker = Pick<ScreenHost, 'open'>;

const choices: readonly { readonly key: string; readonly word: string; choice: RunChoice }[] = [
  { key: 's', word: 'stop all, keep what was measured', choice: 'stop' },
  { key: 'l', word: 'leave them going', choice: 'leave' },
];

/** What to do with all runs that go on; no answer is to continue. */
export async function askAboutFleet(host: Asker, signal?: AbortSignal): Promise<RunChoice> {
  const text = 'They live on their boards and go on without this program.';
  const title = 'Stop all boards, or leave them going?';
  const answer = await host.open({ kind: 'choice', title, text, choices }, signal);
  return choices.find(({ key }) => key === answer)?.choice ?? 'continue';
}

/** Whether to stop one board. */
export async function askToStop(host: Asker, board: string): Promise<boolean> {
  const title = `Stop ${board}?`;
  const text = 'What it measured so far is kept. The other boards go on.';
  const choices = [{ key: 'y', word: 'stop it' }];
  return (await host.open({ kind: 'choice', title, text, choices })) === 'y';
}
