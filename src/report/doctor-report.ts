import type { Advice } from '../../host/board/advice.ts';
import { holderText, reservationText } from '../../host/board/busy-board.ts';
import { cpuLimitTexts } from '../../host/board/cpu-facts.ts';
import type { BoardFacts } from '../../host/board/facts.ts';
import type { Inventory } from '../../host/board/inventory.ts';
import { formatBytes } from '../../host/quantities/bytes.ts';
import type { BoardRun } from '../../host/run/board-runs.ts';
import { glyphsFor } from '../terminal/glyphs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { counted, formatElapsed } from '../words/quantities.ts';
import { processesText } from './board-run-list.ts';

export interface DoctorReport {
  readonly board: string;
  readonly destination: string;
  readonly roundTripMs: number | null;
  readonly facts: BoardFacts;
  readonly inventory: Inventory;
  readonly runs: readonly BoardRun[];
  readonly problems: readonly {
    readonly message: string;
    readonly why: string | undefined;
    readonly next: string | undefined;
  }[];
  readonly advice: readonly Advice[];
}

/** What the probe saw, what stops a benchmark, and what would make one better, for people. */
export function describeBoard(report: DoctorReport, terminal: Terminal): string {
  const glyphs = glyphsFor(terminal.isUnicode);
  const { colour } = terminal;
  const lines = [
    colour.bold(`${report.board}  ${report.destination}`),
    ...rows(report).map(([name, value]) => `  ${name.padEnd(12)}${value}`),
    ...report.runs.map((run) => `  ${'run'.padEnd(12)}${runText(run)}`),
    '',
    ...report.problems.flatMap((problem) => [
      `  ${colour.bold.red(glyphs.failed)} ${problem.message}`,
      ...(problem.why ? [`      why: ${problem.why}`] : []),
      ...(problem.next ? [`      try: ${problem.next}`] : []),
    ]),
    ...report.advice.flatMap((advice) => [
      `  ${colour.yellow(glyphs.note)} ${advice.finding}`,
      `      ${advice.effect}`,
      ...(advice.command ? [`      on the board: ${advice.command}`] : []),
    ]),
  ];
  if (report.problems.length === 0) {
    lines.push(
      `  ${colour.blue(glyphs.done)} a benchmark can run: orin-remote bench ${report.board}`,
    );
  }
  return `${plainText(lines.join('\n'), terminal.isUnicode)}\n`;
}

function rows({ facts, inventory, roundTripMs }: DoctorReport): [string, string][] {
  const { libc, memory, base, cpu } = facts;
  return [
    ['board', facts.model ?? 'no Jetson (no device tree)'],
    [
      'system',
      [facts.os, facts.jetpack && `JetPack ${facts.jetpack}`, facts.l4t && `L4T ${facts.l4t}`]
        .filter(Boolean)
        .join(', '),
    ],
    [
      'kernel',
      `${facts.kernel} ${facts.machine}, ${[libc.name, libc.version].filter(Boolean).join(' ')}`,
    ],
    [
      'CPUs',
      `${counted(cpu.online.length, 'CPU')} online (${cpu.model ?? 'unknown model'}), load ${facts.load1.toFixed(2)}`,
    ],
    ...limitRows(cpu),
    ['power mode', facts.powerMode ?? 'unknown (no nvpmodel)'],
    [
      'memory',
      `${formatBytes(memory.availableBytes)} available of ${formatBytes(memory.totalBytes)}`,
    ],
    ['up', formatElapsed(facts.uptimeS * 1000)],
    ['clock', clockText(facts)],
    ['round trip', roundTripMs === null ? 'unknown' : `${roundTripMs.toFixed(1)} ms`],
    ['directory', `${base.path}, ${formatBytes(base.freeBytes)} free`],
    ['of ours', inventoryText(inventory)],
    ['tools', Object.keys(facts.tools).sort().join(' ') || 'none of those we look for'],
    ['busy', busyText(facts)],
    ...(facts.reservation
      ? [
          ['reserved', reservationText(facts.reservation).replace(/^reserved /u, '')] as [
            string,
            string,
          ],
        ]
      : []),
  ];
}

function runText(run: BoardRun): string {
  const what = run.state === 'running' ? 'running' : `${run.state}, not collected yet`;
  return `${run.runId} of ${run.owner ?? 'unknown'}: ${what}, ${processesText(run)}`;
}

function clockText({ clock }: BoardFacts): string {
  const offset =
    Math.abs(clock.offsetMs) <= clock.errorMs
      ? 'as here'
      : `${formatElapsed(Math.abs(clock.offsetMs))} ${clock.offsetMs < 0 ? 'behind' : 'ahead'}`;
  return `${offset} (to ${clock.errorMs} ms)`;
}

function inventoryText(inventory: Inventory): string {
  const { store, engines, runtimes, runs, unfinished } = inventory;
  const parts = [
    `${counted(store.files, 'file')} in the store`,
    counted(runtimes.length, 'runtime'),
    counted(runs.count, 'run'),
  ];
  if (engines.files > 0) {
    parts.push(`${counted(engines.files, 'engine file')} (${formatBytes(engines.bytes)})`);
  }
  if (unfinished.files > 0) parts.push(`${counted(unfinished.files, 'unfinished upload')}`);
  return `${formatBytes(inventory.totalBytes)}: ${parts.join(', ')}`;
}

function busyText({ lock }: BoardFacts): string {
  if (!lock) return 'no';
  if (!lock.isAlive) return `no (a stale lock of run ${lock.runId} is taken over)`;
  return holderText(lock);
}

function limitRows(cpu: BoardFacts['cpu']): [string, string][] {
  return cpuLimitTexts(cpu).map((limit) => ['CPU limit', limit]);
}
