import { type CellShape, cellShapes } from '../../../host/analysis/cell-shapes.ts';
import { againstBaselines } from '../../../host/archive/against-baselines.ts';
import { compareRuns } from '../../../host/archive/compare-runs.ts';
import {
  listRuns,
  openRun,
  readSavedJournal,
  type SavedRun,
} from '../../../host/archive/saved-runs.ts';
import { resultReport } from '../../report/result-report.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { ScreenHost } from '../frame/screen-host.tsx';
import type { View } from '../frame/view.ts';
import { compareLines } from './compare-lines.ts';
import { terminalShapes } from './distribution-lines.ts';
import type { ResultsEffect } from './results-state.ts';
import { ResultsView } from './results-view.ts';
import { askExport, askNote, toggleBaseline } from './run-actions.ts';
import { runTabs } from './run-tabs.ts';
import { TabbedView } from './tabbed-view.ts';

interface BrowserOptions {
  readonly host: Pick<ScreenHost, 'show' | 'open' | 'refresh'>;
  readonly terminal: Terminal;
  /** Directory of the saved runs. */
  readonly runs: string;
  /** Tells a failure and goes on. */
  readonly guard: (work: Promise<void>) => void;
  readonly onQuit: () => void;
}

/** Something that can tell in a line what came of a key. */
interface Told extends View {
  say(message: string): void;
}

/** The way from the list of runs to one in detail, or to several compared, and back. */
export class ResultsBrowser {
  readonly #options: BrowserOptions;
  #list: ResultsView | null = null;
  #summary: (terminal: Terminal) => string = () => '';

  constructor(options: BrowserOptions) {
    this.#options = options;
  }

  /** What was looked at last, for the scrollback of the shell; empty when nothing was. */
  summary(terminal: Terminal): string {
    return this.#summary(terminal);
  }

  /**
   * The list; `from` is where Escape goes, null: nowhere. @throws OrinError `results-unreadable`
   */
  async showList(from: View | null): Promise<void> {
    const { host, runs, guard } = this.#options;
    const list: ResultsView = new ResultsView(await listRuns(runs), (effect) =>
      guard(this.#follow(effect, list, from)),
    );
    this.#list = list;
    host.show(list);
  }

  /** @throws OrinError `run-unknown`, `results-unreadable`, `journal-damaged` */
  async showRun(runId: string, from: View): Promise<void> {
    const { host, terminal, runs, guard, onQuit } = this.#options;
    let run = await openRun(runs, runId);
    this.#summary = (plain) => resultReport(run.result, 'board', plain);
    const pages = { run: () => run, shapes: this.#shapesOf(run) };
    const view: TabbedView = new TabbedView({
      place: 'detail',
      title: () => `run ${run.runId}`,
      tabs: runTabs(pages, terminal),
      onDemand: (demand) => {
        if (demand === 'back') host.show(from);
        else if (demand === 'quit') onQuit();
        else if (demand === 'compare') guard(this.#compare([run.runId], view));
        else {
          const reopened = async () => {
            await this.#act(demand, run, view);
            run = await openRun(runs, runId);
          };
          guard(reopened());
        }
      },
    });
    host.show(view);
  }

  /** Reads the journal when a page wants it; until it is read, and if it cannot be, words. */
  #shapesOf({ directory }: SavedRun): () => ReadonlyMap<string, CellShape> | string {
    let found: ReadonlyMap<string, CellShape> | string | null = null;
    const read = async () => {
      try {
        found = cellShapes(await readSavedJournal(directory), terminalShapes);
      } catch (error) {
        found = error instanceof Error ? error.message : String(error);
      }
      this.#options.host.refresh();
    };
    return () => {
      if (found === null) {
        found = 'reading the journal';
        this.#options.guard(read());
      }
      return found;
    };
  }

  async #follow(effect: ResultsEffect, list: ResultsView, from: View | null): Promise<void> {
    switch (effect.kind) {
      case 'back':
        if (from === null) list.say('this is the first screen: q quits');
        else this.#options.host.show(from);
        break;
      case 'quit':
        this.#options.onQuit();
        break;
      case 'open':
        await this.showRun(effect.runId, list);
        break;
      case 'compare':
        await this.#compare(effect.runIds, list);
        break;
      case 'export':
      case 'note':
      case 'baseline':
        await this.#act(effect.kind, await openRun(this.#options.runs, effect.runId), list);
        break;
      default:
        effect satisfies never;
    }
  }

  async #act(verb: 'export' | 'note' | 'baseline', run: SavedRun, view: Told): Promise<void> {
    const { host, runs } = this.#options;
    if (run.isPartial) {
      view.say('this run is not saved to its end yet: attach collects it');
      return;
    }
    const said =
      verb === 'export'
        ? await askExport(host, run)
        : verb === 'note'
          ? await askNote(host, run)
          : await toggleBaseline(runs, run);
    this.#list?.refresh(await listRuns(runs));
    if (said !== null) view.say(said);
    host.show(view);
  }

  /** One run alone is held against the lasting baselines of its models. */
  async #compare(runIds: readonly string[], from: Told): Promise<void> {
    const { host, runs, terminal, onQuit } = this.#options;
    const opened: SavedRun[] = [];
    for (const id of runIds) opened.push(await openRun(runs, id));
    const [first, ...others] = opened.map(({ result }) => result);
    if (first === undefined) return;
    const all =
      others.length > 0 ? [compareRuns(first, others)] : await againstBaselines(runs, first);
    if (all.length === 0) {
      from.say(`no other run is marked as the baseline of this board and model: b there`);
      host.show(from);
      return;
    }
    const count = others.length > 0 ? opened.length : all.length + 1;
    this.#summary = (plain) => `${compareLines(all, plain.columns(), plain).join('\n')}\n`;
    host.show(
      new TabbedView({
        place: 'compare',
        title: () => `${count} runs compared`,
        tabs: [{ name: '', lines: ({ size }) => compareLines(all, size.columns, terminal) }],
        onDemand: (demand) => (demand === 'quit' ? onQuit() : host.show(from)),
      }),
    );
  }
}
