import type { ScreenHost } from '../frame/screen-host.tsx';
import { askToStopOrLeave, type RunChoice } from '../live/run-questions.ts';

type Asker = Pick<ScreenHost, 'open'>;

/** What to do with all runs that go on. */
export async function askAboutFleet(host: Asker, signal?: AbortSignal): Promise<RunChoice> {
  const question = {
    title: 'Stop all boards, or leave them going?',
    text: 'They live on their boards and go on without this program.',
    stop: 'stop all, keep what was measured',
    leave: 'leave them going',
  };
  return await askToStopOrLeave(host, question, signal);
}

/** Whether to stop one board. */
export async function askToStop(host: Asker, board: string): Promise<boolean> {
  const title = `Stop ${board}?`;
  const text = 'What it measured so far is kept. The other boards go on.';
  const choices = [{ key: 'y', word: 'stop it' }];
  return (await host.open({ kind: 'choice', title, text, choices })) === 'y';
}
