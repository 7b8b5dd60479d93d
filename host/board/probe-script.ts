import { lockSocket, peerProgram } from '../../agent/contract/board-lock.ts';
import { program } from '../shell/program.ts';
import answer from '../shell/programs/answer.sh';
import baseNames from '../shell/programs/base-names.sh';
import boot from '../shell/programs/boot.sh';
import chooseBase from '../shell/programs/choose-base.sh';
import cpuLimits from '../shell/programs/cpu-limits.sh';
import describeBoard from '../shell/programs/describe-board.sh';
import describeState from '../shell/programs/describe-state.sh';
import holders from '../shell/programs/holders.sh';
import listBase from '../shell/programs/list-base.sh';
import tellHolders from '../shell/programs/tell-holders.sh';
import tryTools from '../shell/programs/try-tools.sh';
import verified from '../shell/programs/verified.sh';
import watchHolders from '../shell/programs/watch-holders.sh';

/** Tools whose presence the probe reports; what a run cannot do without is tried: try-tools.sh. */
export const probedTools = [
  'taskset',
  'setsid',
  'tail',
  'sha256sum',
  'flock',
  'openssl',
  'mpstat',
  'gzip',
  'zstd',
  'chrt',
  'nvpmodel',
  'tegrastats',
  'trtexec',
  'nvidia-smi',
] as const;

/**
 * The one script of a probe. It prints `key=value` lines (see probe-answer.ts), asks nothing of the
 * board but a POSIX shell and coreutils, and creates only the base directory. `root` stands before
 * every /proc, /sys, /etc and /var path of the board's description: empty but in tests.
 */
export function probeScript(root = ''): string {
  const parts = [
    answer,
    boot,
    holders,
    verified,
    baseNames,
    describeBoard,
    cpuLimits,
    describeState,
    chooseBase,
    tryTools,
    listBase,
    tellHolders,
  ];
  return program(parts, [root, probedTools.join(' '), lockSocket(''), peerProgram]);
}

/**
 * Tells again and again who has a board, each time closed by `<mark>look`: the probe's lines of it
 * and nothing else, a few short processes in `everyS` seconds, because somebody is measuring. It
 * ends with its connection: writing to it fails then.
 */
export function watchHoldersScript(base: string, mark: string, everyS: number): string {
  return program([answer, holders, watchHolders], [base, mark, everyS]);
}
