import { reservationText } from '../../host/board/busy-board.ts';
import { groupFailures } from '../../host/fleet/board-failure.ts';
import type { BoardCheck } from '../../host/fleet/check-boards.ts';
import { formatBytes } from '../../host/quantities/bytes.ts';
import { glyphsFor } from '../terminal/glyphs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';
import { textTable } from '../terminal/text-table.ts';
import { counted } from '../words/quantities.ts';

/** What every board of a fleet has, as a table; what is amiss below it. */
export function describeChecks(checks: readonly BoardCheck[], terminal: Terminal): string {
  const { colour, isUnicode } = terminal;
  const glyphs = glyphsFor(isUnicode);
  const [head = '', ...body] = textTable(
    [
      { title: 'board', align: 'left' },
      { title: 'model', align: 'left' },
      { title: 'JetPack', align: 'left' },
      { title: 'mode', align: 'left' },
      { title: 'CPUs', align: 'right', dropOrder: 2 },
      { title: 'free', align: 'right', dropOrder: 3 },
      { title: 'load', align: 'right', dropOrder: 4 },
      { title: 'ping', align: 'right', dropOrder: 5 },
      { title: 'can measure', align: 'left' },
    ],
    checks.map((check) => rowOf(check)),
    terminal.columns(),
  );
  const notes = checks.flatMap(({ name, unmet, advice }) =>
    [...unmet, ...advice].map((text) => `  ${colour.yellow(glyphs.note)} ${name}  ${text}`),
  );
  const reserved = checks.flatMap(({ name, facts }) =>
    facts?.reservation
      ? [`  ${colour.yellow(glyphs.note)} ${name}  ${reservationText(facts.reservation)}`]
      : [],
  );
  const failures = groupFailures(
    checks.flatMap(({ name, failure }) => (failure === null ? [] : [{ name, failure }])),
  ).map(({ boards, cause, failure }) => {
    const mark = colour.bold.red(failure.isUnreachable ? '?' : glyphs.failed);
    return `  ${mark} ${boards.join(', ')}   ${cause}`;
  });
  const good = checks.filter(({ failure }) => failure === null).length;
  const verdict = colour.bold(`${counted(checks.length, 'board')}: ${good} can measure`);
  const lines = [colour.dim(head), ...body, '', ...reserved, ...notes, verdict, ...failures];
  return `${lines.map((line) => plainText(line, isUnicode)).join('\n')}\n`;
}

function rowOf({ name, facts, roundTripMs, failure }: BoardCheck): string[] {
  const answer =
    failure === null ? 'yes' : failure.isUnreachable ? 'unreachable' : `no: ${failure.code}`;
  if (facts === null) return [name, '', '', '', '', '', '', '', answer];
  const { model, cpu, machine, jetpack, powerMode, base, load1, lock } = facts;
  return [
    name,
    model?.replace(/^NVIDIA /u, '') ?? cpu.model ?? machine,
    jetpack ?? '',
    powerMode ?? '',
    String(cpu.online.length),
    formatBytes(base.freeBytes),
    load1.toFixed(2),
    roundTripMs === null ? '' : `${roundTripMs.toFixed(1)} ms`,
    lock?.isAlive ? `busy: run of ${lock.owner}` : answer,
  ];
}
