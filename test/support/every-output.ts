import { decodeLine } from '../../agent/contract/wire.ts';
import { cellShapes } from '../../host/analysis/cell-shapes.ts';
import { encodeResult, resultFromJournal } from '../../host/analysis/compute.ts';
import { type Result, resultSchema } from '../../host/analysis/result/result.ts';
import { compareRuns } from '../../host/archive/compare-runs.ts';
import { samplesCsv } from '../../host/archive/export/csv.ts';
import { pageShapes, resultHtml } from '../../host/archive/export/html/report.ts';
import { resultText } from '../../host/archive/export/result-text.ts';
import type { SavedRun } from '../../host/archive/saved-runs.ts';
import { reduceBoard } from '../../host/fleet/board-state.ts';
import { summarizeBoard } from '../../host/fleet/board-summary.ts';
import { fleetMarkdown } from '../../host/fleet/fleet-markdown.ts';
import { findOddBoards } from '../../host/fleet/odd-boards.ts';
import { readJournal } from '../../host/journal/journal.ts';
import type { JournalData } from '../../host/journal/journal-data.ts';
import { runDepths } from '../../host/journal/run-depth.ts';
import { RunFold } from '../../host/journal/run-fold.ts';
import type { RunEvent } from '../../host/run/run-event.ts';
import { compareReport } from '../../src/report/compare-report.ts';
import { experimentReport } from '../../src/report/experiment-report.ts';
import { closingLines, fleetTables } from '../../src/report/fleet-summary.ts';
import { describePlan } from '../../src/report/plan-table.ts';
import { fleetLine } from '../../src/report/progress/fleet-lines.ts';
import { fleetView } from '../../src/report/progress/fleet-view.ts';
import { progressLine } from '../../src/report/progress/progress-lines.ts';
import { initialProgress, reduceProgress } from '../../src/report/progress/progress-state.ts';
import { progressView } from '../../src/report/progress/progress-view.ts';
import { describeRun } from '../../src/report/run-detail.ts';
import type { Terminal } from '../../src/terminal/terminal.ts';
import { initialChoices } from '../../src/tui/fleet/fleet-choices.ts';
import { fleetFrame } from '../../src/tui/fleet/fleet-frame.ts';
import { WatchedBoard } from '../../src/tui/fleet/watched-board.ts';
import { liveFrame, tabsOf } from '../../src/tui/live/live-frame.ts';
import { initialLive, reduceLive } from '../../src/tui/live/live-state.ts';
import { runTabs } from '../../src/tui/results/run-tabs.ts';
import { canvasOf, terminalLike } from './frames.ts';
import { BEGAN_MS } from './live-run.ts';
import { ToldBoard } from './watched-fleet.ts';

/** A text that the program would show, and where. */
export interface Shown {
  readonly where: string;
  readonly text: string;
}

const size = { columns: 100, rows: 30 };

/** The events of a journal as its followers hear them: the plan first, as `planned`. */
function runEvents(journal: string): RunEvent[] {
  let fold: RunFold | null = null;
  return journal.split('\n').flatMap((line): RunEvent[] => {
    const decoded = decodeLine(line);
    if (!decoded.ok) return [];
    const { event } = decoded;
    if (event.kind !== 'hello') {
      return fold === null ? [] : [{ kind: 'journal', ...fold.add(event) }];
    }
    const { plan } = event;
    fold ??= new RunFold(plan, runDepths.view);
    return [
      { kind: 'planned', plan, estimateMs: 1000 },
      { kind: 'journal', ...fold.add(event) },
    ];
  });
}

/**
 * All that is shown of a run while it goes on: lines of a pipe and of a terminal, screens, and a
 * fleet's of it.
 */
export function shownWhileFollowing(journal: string, board = 'orin'): Shown[] {
  const terminal = terminalLike();
  const shown: Shown[] = [];
  const show = (where: string, text: string | null) => {
    if (text !== null) shown.push({ where, text });
  };
  const told = new ToldBoard({ ...plainNamed(board) });
  const watched = new WatchedBoard({ name: board, tags: [] }, 0);
  let progress = initialProgress;
  let live = initialLive(BEGAN_MS);
  for (const event of runEvents(journal)) {
    show('pipe', progressLine(event, progress));
    progress = reduceProgress(progress, event);
    live = reduceLive(live, event, BEGAN_MS);
    const change = told.tell(event);
    show('fleet', fleetLine(change));
    watched.hear(change, BEGAN_MS);
  }
  show('terminal', progressView(progress, board, terminal).join('\n'));
  const states = [reduceBoard(told.state, { kind: 'note', text: '' })];
  show('fleet', fleetView({ title: 't', states, elapsedMs: 0, note: null }, terminal).join('\n'));
  for (const tab of tabsOf({ density: 'tabs', irqColumns: 0 } as never)) {
    const choices = { tab, windowS: null, isPaused: false, metricsFrom: null };
    const props = { board, state: live, choices, terminal };
    show(`--tui ${tab}`, liveFrame({ ...props, canvas: canvasOf(size) }).lines.join('\n'));
    const metrics = { ...props, choices: { ...choices, metricsFrom: 0 } };
    show('--tui metrics', liveFrame({ ...metrics, canvas: canvasOf(size) }).lines.join('\n'));
  }
  const picture = {
    title: 't',
    beganMs: 0,
    boards: [watched],
    shown: [watched],
    choices: initialChoices([board]),
    stopping: new Set<string>(),
    lanes: { connects: 1, pushes: 1, runs: 1 } as never,
  };
  show('fleet --tui', fleetFrame(picture, canvasOf(size)).lines.join('\n'));
  return shown;
}

function plainNamed(name: string): ConstructorParameters<typeof ToldBoard>[0] {
  const none = { user: null, port: null, key: null, jump: null, tags: [], plan: {} };
  return { name, host: name, ...none, expect: { model: null, jetpack: null, powerMode: null } };
}

/** A run's result as it is on the disk, read back through its schema. */
function savedResult(journal: JournalData): Result {
  return resultSchema.parse(JSON.parse(encodeResult(resultFromJournal(journal))));
}

/** All that is shown of a run that is over, and all that it is exported as. */
export function shownOfRun(run: SavedRun, journal: JournalData): Shown[] {
  const { result } = run;
  const terminal: Terminal = terminalLike();
  const shapes = cellShapes(journal, pageShapes);
  const summaries = ['one', 'two', 'three'].map((name) => summarizeBoard(name, result));
  const report = {
    id: 'fleet',
    name: null,
    createdUtc: result.created_utc,
    boards: summaries,
    cells: [],
    odd: findOddBoards(summaries),
    failed: [],
    unreachable: [],
    counts: { pending: 0, running: 0, done: 3, left: 0, cancelled: 0, failed: 0, unreachable: 0 },
  };
  const tabs = runTabs({ run: () => run, shapes: () => shapes }, terminal);
  return [
    { where: 'show', text: describeRun(run, terminal) },
    { where: 'dry run', text: describePlan({ owner: '', context: {}, ...result.plan }, 1000) },
    { where: 'experiment', text: experimentReport(result, terminal).join('\n') },
    { where: 'compare', text: compareReport(compareRuns(result, [result]), terminal).join('\n') },
    ...tabs.map(({ name, lines }) => ({
      where: `results -i ${name}`,
      text: lines(canvasOf(size)).join('\n'),
    })),
    { where: 'fleet', text: fleetTables(report, terminal).join('\n') },
    { where: 'fleet', text: closingLines(report, terminal).join('\n') },
    { where: 'fleet md', text: fleetMarkdown(report) },
    { where: 'md', text: resultText(result, 'md', run.note) },
    { where: 'json', text: resultText(result, 'json') },
    { where: 'csv', text: resultText(result, 'csv').replaceAll('\r\n', '\n') },
    { where: 'samples csv', text: [...samplesCsv(journal)].join('').replaceAll('\r\n', '\n') },
    { where: 'html', text: resultHtml({ result, note: run.note ?? null, shapes }, [result]) },
  ];
}

/** A journal as the run that it would be saved as. */
export function runOf(text: string): { readonly run: SavedRun; readonly journal: JournalData } {
  const journal = readJournal(Buffer.from(text));
  const result = savedResult(journal);
  const run = { runId: result.run_id, directory: '/runs/x', result, isPartial: false, note: null };
  return { run, journal };
}
