import { cleanLine } from '../../agent/contract/clean-text.ts';
import { PROTOCOL_VERSION } from '../../agent/contract/version.ts';
import { OrinError } from '../errors.ts';
import { cleanStrings } from '../journal/clean-strings.ts';
import type { JournalData } from '../journal/journal-data.ts';
import { runContext } from '../plan/run-context.ts';
import { boardActivity } from './activity/board-activity.ts';
import { analyseCell, type CellAnalysis } from './analyse-cell.ts';
import { cooldownNotice, cooldownSummary } from './board/cooldown.ts';
import { environmentOf } from './board/environment.ts';
import { compareCells } from './comparisons.ts';
import { withHarnessShares } from './harness-share.ts';
import { withoutHomeNames } from './home-names.ts';
import { referenceOf } from './output-agreement.ts';
import { activity } from './result/activity-result.ts';
import { RESULT_SCHEMA, type Result, resultSchema } from './result/result.ts';
import { roundNumbers } from './round-numbers.ts';
import { soundCell, soundComparisons, soundOrNull } from './sound-cell.ts';
import { noticesOf } from './verdict/notices.ts';
import { groundOf } from './verdict/process-exclusion.ts';

export const QUANTILE_DEFINITION =
  'median: mean of the middle two; p90 and above: Hyndman-Fan type 8 within each process, geometric mean over processes';

/**
 * The result of a run, from its journal and nothing else: the same journal bytes give the same
 * result. A journal that was cut gives what it holds, and says so.
 * @throws OrinError `journal-damaged` when the journal has no readable first event, so that there
 *   is no plan.
 */
export function resultFromJournal(journal: JournalData): Result {
  const plan = journal.hello?.plan;
  if (plan === undefined) throw withoutPlan(journal);
  refuseOtherProtocol(journal.hello?.protocol);
  const runEnded = journal.bye?.reason ?? 'cut';
  const context = runContext.parse(plan.context);
  const ground = groundOf(plan, journal.processes, journal.tele.cpuSets);
  const analyses = plan.cells.map((cell) => analyseCell(cell, plan, journal.processes, ground));
  const cpuCells = new Set(
    plan.cells.filter(({ ep, engine }) => ep === 'cpu' && engine !== 'trtexec').map(({ id }) => id),
  );
  const cells = withHarnessShares(
    analyses.map((analysis) =>
      soundCell(analysis, {
        plan,
        journal,
        runEnded,
        cpuCells,
        reference: reference(analysis, analyses),
      }),
    ),
    analyses,
  );
  const idle = soundOrNull(activity, boardActivity(journal.tele.idle, journal.tele));
  const { owner: _owner, context: _context, ...publicPlan } = plan;
  const result = {
    schema: RESULT_SCHEMA,
    run_id: plan.runId,
    created_utc: cleanLine(plan.createdUtc, 40),
    seed: plan.seed,
    context,
    environment: environmentOf(context, journal),
    quantile_definition: QUANTILE_DEFINITION,
    run: runSummary(journal, runEnded),
    idle,
    cells,
    comparisons: soundComparisons(compareCells(analyses)),
    warnings: [...noticesOf(journal, cells, plan, idle), ...cooldownNotice(journal.tele.cooldowns)],
    plan: publicPlan,
  };
  // Parsing gives the keys the order of the schema, whatever the order above.
  const shareable = withoutHomeNames({ ...roundNumbers(result), plan: publicPlan });
  return resultSchema.parse(cleanStrings(shareable));
}

/** A result as the bytes of `result.json`. */
export function encodeResult(result: Result): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

function reference(analysis: CellAnalysis, analyses: readonly CellAnalysis[]) {
  const outputOf = (one: CellAnalysis | undefined) =>
    one?.processes.map((process) => process.data.output).find((output) => output !== null) ?? null;
  const byCell = new Map(analyses.map((one) => [one.cell, outputOf(one)]));
  const cell = referenceOf(
    analysis.cell,
    analyses.map((one) => one.cell),
    (candidate) => byCell.get(candidate) != null,
  );
  const output = cell === null ? null : byCell.get(cell);
  return cell === null || output == null ? null : { cell, output };
}

function runSummary(journal: JournalData, ended: Result['run']['ended']): Result['run'] {
  const { bye, problems } = journal;
  const first_ns = journal.hello?.t_ns ?? 0;
  const overhead = bye?.overhead;
  const error = journal.notices.findLast(({ kind }) => kind === 'error');
  return {
    ended,
    ...(error !== undefined && { error: cleanLine(error.text) }),
    events: journal.events,
    iterations: journal.iterations,
    duration_s: Math.max(0, journal.lastT_ns - first_ns) / 1e9,
    blocks_begun: new Set(journal.processes.map((process) => process.block)).size,
    ...cooldownSummary(journal.tele.cooldowns),
    ...movedInterrupts(journal.tele.steerings),
    ...(journal.hello?.variables && { variables: journal.hello.variables }),
    journal: {
      bytes: journal.bytes,
      sha256: bye === null ? null : journal.sha256,
      is_verified: bye !== null && problems.length === 0,
      problems: [...problems],
      ...(journal.segments && { segments: [...journal.segments] }),
    },
    agent_cpu_share:
      overhead === undefined || overhead.wall_ns === 0
        ? null
        : {
            supervisor: overhead.supervisorCpu_ns / overhead.wall_ns,
            sampler: overhead.samplerCpu_ns / overhead.wall_ns,
          },
  };
}

function movedInterrupts(steerings: JournalData['tele']['steerings']) {
  const clean = (paths: readonly string[]) => [
    ...new Set(paths.map((path) => cleanLine(path, 320))),
  ];
  if (steerings.length === 0) return {};
  const moved = clean(steerings.flatMap((each) => each.moved));
  return { interrupts_moved: { moved, refused: clean(steerings.flatMap((each) => each.refused)) } };
}

/** The agent refused the plan and said why, or nothing readable came. */
function withoutPlan(journal: JournalData): OrinError {
  const refusal = journal.notices.find((event) => event.kind === 'error');
  if (refusal) {
    return new OrinError({
      code: 'agent-failed',
      what: 'the agent did not begin the run',
      why: cleanLine(refusal.text, 600),
      next: 'orin-remote doctor HOST',
    });
  }
  const [problem] = journal.problems;
  return new OrinError({
    code: 'journal-damaged',
    what: 'the journal does not begin with its plan',
    why: problem === undefined ? 'it is empty' : `line ${problem.line}: ${problem.text}`,
    next: 'the run cannot be read; measure again',
  });
}

function refuseOtherProtocol(protocol: number | undefined): void {
  if (protocol === PROTOCOL_VERSION) return;
  throw new OrinError({
    code: 'protocol-mismatch',
    what: `the journal is of protocol version ${protocol}`,
    why: `this program reads version ${PROTOCOL_VERSION}; another orin-remote started the run`,
    next: 'read it with the orin-remote that started it',
  });
}
