import type { FleetRecord } from '../../host/fleet/fleet-record.ts';
import { isToAttach } from '../../host/fleet/fleet-record.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { textTable } from '../terminal/text-table.ts';
import { counted } from '../words/quantities.ts';

/** Fleet runs, newest first, for people. */
export function describeFleets(records: readonly FleetRecord[], terminal: Terminal): string {
  if (records.length === 0) return 'no fleet runs yet: orin-remote fleet <hosts>\n';
  const [head = '', ...body] = textTable(
    [
      { title: 'fleet run', align: 'left' },
      { title: 'name', align: 'left' },
      { title: 'boards', align: 'right' },
      { title: 'outcome', align: 'left' },
    ],
    records.map((record) => [
      record.id,
      record.name ?? '',
      String(record.boards.length),
      outcomeText(record),
    ]),
  );
  return `${[terminal.colour.dim(head), ...body].join('\n')}\n`;
}

function outcomeText({ boards }: FleetRecord): string {
  const count = (outcome: string) => boards.filter((board) => board.outcome === outcome).length;
  const there = boards.filter(isToAttach).length;
  const parts = (['done', 'failed', 'unreachable', 'cancelled', 'pending'] as const)
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => `${count(outcome)} ${outcome}`);
  return [...parts, ...(there > 0 ? [`${counted(there, 'run')} may be on boards`] : [])].join(', ');
}
