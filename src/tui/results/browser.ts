import { listRuns, openRun, type SavedRun } from '../../../host/results/saved-runs.ts';
import { describeRun } from '../../output/run-detail.ts';
import type { Terminal } from '../../output/terminal.ts';
import type { ScreenHost } from '../frame/screen-host.tsx';
import type { Theme } from '../frame/theme.ts';
import type { View } from '../frame/view.ts';
import { compareLines } from './compare-lines.ts';
import type { ResultsEffect } from './results-state.ts';
import { ResultsView } from './results-view.tsx';
import { TextView } from './text-view.tsx';

export interface BrowserOptions {
  readonly host: Pick<ScreenHost, 'show'>;
  readonly terminal: Terminal;
  readonly theme: Theme;
  /** Directory of the saved runs. */
  readonly runs: string;
  /** Tells a failure and goes on. */
  readonly guard: (work: Promise<void>) => void;
  readonly onQuit: () => void;
}

/** The way from the list of runs to one in detail, or to two compared, and back. */
export class ResultsBrowser {
  readonly #options: BrowserOptions;

  constructor(options: BrowserOptions) {
    this.#options = options;
  }

  /** @throws OrinError `results-unreadable` */
  async showList(from: View): Promise<void> {
    const { host, runs, guard } = this.#options;
    const list: ResultsView = new ResultsView(await listRuns(runs), (effect) =>
      guard(this.#follow(effect, list, from)),
    );
    host.show(list);
  }

  /** @throws OrinError `run-unknown`, `results-unreadable`, `journal-damaged` */
  async showRun(runId: string, from: View): Promise<void> {
    const { terminal, runs } = this.#options;
    const run = await openRun(runs, runId);
    const lines = (columns: number) =>
      describeRun(run, { ...terminal, columns: () => columns })
        .trimEnd()
        .split('\n');
    this.#showText('detail', `run ${run.runId}`, lines, from);
  }

  async #showComparison(
    [baselineId, ...otherIds]: readonly [string, ...string[]],
    from: View,
  ): Promise<void> {
    const { runs, terminal } = this.#options;
    const baseline = await openRun(runs, baselineId);
    const others: SavedRun[] = [];
    for (const id of otherIds) others.push(await openRun(runs, id));
    const lines = (columns: number) => compareLines([baseline, ...others], columns, terminal);
    this.#showText('compare', `${others.length + 1} runs compared`, lines, from);
  }

  async #follow(effect: ResultsEffect, list: View, from: View): Promise<void> {
    switch (effect.kind) {
      case 'back':
        this.#options.host.show(from);
        break;
      case 'quit':
        this.#options.onQuit();
        break;
      case 'open':
        await this.showRun(effect.runId, list);
        break;
      case 'compare':
        await this.#showComparison(effect.runIds, list);
        break;
      default:
        effect satisfies never;
    }
  }

  #showText(
    place: 'detail' | 'compare',
    title: string,
    lines: (columns: number) => readonly string[],
    from: View,
  ): void {
    const { host, onQuit } = this.#options;
    host.show(new TextView({ place, title, lines, onBack: () => host.show(from), onQuit }));
  }
}
