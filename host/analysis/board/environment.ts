import { cleanLine } from '../../../agent/contract/clean-text.ts';
import type { JournalData } from '../../journal/journal-data.ts';
import type { RunContext } from '../../plan/run-context.ts';
import type { Clock, JetsonState } from '../../telemetry/jetson-state.ts';
import type { Result } from '../result/result.ts';

/**
 * The keys by which two results compare: from the probe, and of the board's own files as the first
 * sample has them.
 */
export function environmentOf(context: RunContext, journal: JournalData): Result['environment'] {
  const { board, runtime } = context;
  const state = journal.tele.board[0]?.state ?? null;
  return {
    'board.model': board?.model ?? null,
    'board.l4t': board?.l4t ?? null,
    'board.kernel': board?.kernel ?? null,
    'board.libc': board?.libc ?? null,
    'cpu.model': board?.cpu_model ?? null,
    'cpu.online': listText(board?.cpus_online),
    'cpu.allowed': listText(board?.cpus_allowed),
    'power.mode': state?.powerMode ?? board?.power_mode ?? null,
    'clocks.cpu': state === null ? null : clocksText([...state.cpus.values()]),
    'clocks.gpu': state?.gpu ? clocksText([state.gpu]) : null,
    'clocks.locked': state === null ? null : lockedText(state),
    'runtime.node': runtime?.node ?? cleanLine(journal.hello?.agent.node ?? '', 64),
    'runtime.onnxruntime': runtime?.onnxruntime ?? null,
  };
}

/** `729.6 to 1510.4 MHz, schedutil`; several where CPUs differ. */
function clocksText(clocks: readonly Clock[]): string | null {
  const mega = (hz: number) => String(Math.round(hz / 1e5) / 10);
  const texts = clocks.flatMap(({ minHz, maxHz, governor }) => {
    if (minHz === null || maxHz === null) return [];
    const range = minHz === maxHz ? mega(maxHz) : `${mega(minHz)} to ${mega(maxHz)}`;
    return [`${range} MHz${governor === null ? '' : `, ${governor}`}`];
  });
  return texts.length === 0 ? null : [...new Set(texts)].join('; ');
}

function lockedText({ isPinned }: JetsonState): string | null {
  const known = Object.entries(isPinned).filter(([, isLocked]) => isLocked !== null);
  if (known.length === 0) return null;
  return known.map(([name, isLocked]) => `${name} ${isLocked ? 'locked' : 'free'}`).join(', ');
}

/** `0,1,2`; null where none is known. */
function listText(cpus: readonly number[] = []): string | null {
  return cpus.length === 0 ? null : cpus.join();
}
