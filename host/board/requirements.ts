import { type ErrorCode, OrinError } from '../errors.ts';
import { formatBytes } from '../quantities/bytes.ts';
import { formatCount } from '../quantities/format.ts';
import type { BoardFacts } from './facts.ts';
import { neededTools } from './try-tools.ts';

/** Oldest C library that the pushed Node and ONNX Runtime link against. */
const OLDEST_GLIBC = [2, 28] as const;

/**
 * Every reason why this board cannot run a benchmark, most fundamental first; empty when it can.
 */
export function boardProblems(board: string, facts: BoardFacts): readonly OrinError[] {
  return [
    machineProblem(board, facts),
    libcProblem(board, facts),
    procProblem(board, facts),
    toolProblem(board, facts),
    baseProblem(board, facts),
  ].filter((problem) => problem !== null);
}

/** @throws the first of `boardProblems`: `unsupported-board`, `glibc-too-old` or `missing-tool`. */
export function requireBoard(board: string, facts: BoardFacts): void {
  const [problem] = boardProblems(board, facts);
  if (problem) throw problem;
}

/**
 * Space for what will be sent: while a packed file is unpacked both copies lie on the disk, and a
 * tenth more is left for journals and for others.
 * @throws OrinError `no-space` with needed and free bytes.
 */
export function requireSpace(
  board: string,
  facts: BoardFacts,
  need: { readonly packedBytes: number; readonly unpackedBytes: number },
  uncollected: readonly string[] = [],
): void {
  const neededBytes = Math.ceil((need.packedBytes + need.unpackedBytes) * 1.1);
  if (neededBytes <= facts.base.freeBytes) return;
  throw new OrinError({
    code: 'no-space',
    what: `not enough free space in ${facts.base.path} on ${board}`,
    why: `needs ${formatBytes(neededBytes)}, ${formatBytes(facts.base.freeBytes)} are free`,
    next:
      uncollected.length > 0
        ? `collect what waits there, which is never removed to make room: orin-remote attach ${board} ${uncollected[0]}`
        : `free some space, \`orin-remote clean ${board}\`, or set ORIN_REMOTE_DIR on the board to a larger disk`,
    board,
  });
}

function machineProblem(board: string, facts: BoardFacts): OrinError | null {
  if (facts.platform) return null;
  const { machine } = facts;
  const is64BitMachine = machine === 'aarch64' || machine === 'x86_64';
  const is32Bit = /^(armv[5-8]|armhf|arm$|i[3-6]86$|x86$)/.test(machine) || is64BitMachine;
  const isLinux = facts.os === null || facts.os !== 'Darwin';
  const why = !isLinux
    ? `it runs ${facts.os}, not Linux`
    : is32Bit
      ? `a 32-bit system (${machine}): ONNX Runtime and Node are built for 64-bit Linux only`
      : `machine type ${machine}: there is a runtime for aarch64 and x86_64 only`;
  return problem('unsupported-board', board, {
    what: `${board} cannot run the benchmark`,
    why,
    next: is32Bit ? 'install a 64-bit system on it, or take another board' : 'take another board',
  });
}

function libcProblem(board: string, { libc, l4t }: BoardFacts): OrinError | null {
  if (libc.name === 'musl') {
    return problem('unsupported-board', board, {
      what: `${board} cannot run the benchmark`,
      why: 'its C library is musl; Node and ONNX Runtime are built for glibc',
      next: 'use a system with glibc, such as Ubuntu or Debian',
    });
  }
  if (libc.version === null || isAtLeast(libc.version, OLDEST_GLIBC)) return null;
  const isJetPack4 = l4t?.startsWith('32.') || libc.version === '2.27';
  return problem('glibc-too-old', board, {
    what: `${board} has glibc ${libc.version}, the benchmark needs ${OLDEST_GLIBC.join('.')} or newer`,
    why: isJetPack4
      ? 'JetPack 4 has glibc 2.27; JetPack 5 (glibc 2.31) is the first that can run current ONNX Runtime'
      : 'Node and ONNX Runtime are linked against glibc 2.28',
    next: isJetPack4 ? 'flash JetPack 5 or newer' : 'upgrade the system of the board',
  });
}

function procProblem(board: string, { broken = [] }: BoardFacts): OrinError | null {
  if (!broken.includes('/proc')) return null;
  return problem('unsupported-board', board, {
    what: `${board} cannot run the benchmark`,
    why: '/proc is not mounted, from which processes and their CPU time are read',
    next: 'on the board: sudo mount -t proc proc /proc',
  });
}

/**
 * Without these no run can be pinned, detached, followed, verified or collected; a full Ubuntu has
 * them all.
 */
function toolProblem(board: string, { broken = [], tools }: BoardFacts): OrinError | null {
  const names = broken.filter((name) => name in neededTools);
  if (names.length === 0) return null;
  const packages = [...new Set(names.map((name) => neededTools[name]))].join(' ');
  const isThere = names.filter((name) => tools[name] !== undefined);
  const lacked = names.filter((name) => tools[name] === undefined);
  return problem('missing-tool', board, {
    what: `${board} lacks ${names.join(', ')} that can do what a run needs`,
    why: [
      lacked.length > 0
        ? `not found on its PATH, or without what is needed: ${lacked.join(', ')}`
        : '',
      isThere.length > 0
        ? `tried and failed: ${isThere.map((name) => tools[name]).join(', ')}`
        : '',
    ]
      .filter(Boolean)
      .join('; '),
    next: `on the board: sudo apt-get install ${packages}`,
  });
}

/** New files that a runtime and a run take, and some more. */
const NEEDED_FILES = 200;

/** Of the directory that is ours already: nothing can be written to it, or executed in it. */
function baseProblem(board: string, { base }: BoardFacts): OrinError | null {
  const isShort = typeof base.freeFiles === 'number' && base.freeFiles < NEEDED_FILES;
  const why =
    base.trouble ??
    (isShort ? `its disk has room for ${formatCount(base.freeFiles ?? 0, 'file')}` : null);
  if (why === null) return null;
  const isFull = isShort || /no space|quota/i.test(why);
  return problem(isFull ? 'no-space' : 'no-base-directory', board, {
    what: `${base.path} on ${board} cannot hold a run`,
    why,
    next: isFull
      ? `free some space, \`orin-remote clean ${board}\`, or set ORIN_REMOTE_DIR on the board to a larger disk`
      : 'make it writable, or set ORIN_REMOTE_DIR on the board to a directory that is, and not mounted noexec',
  });
}

function problem(
  code: ErrorCode,
  board: string,
  say: { readonly what: string; readonly why: string; readonly next: string },
): OrinError {
  return new OrinError({ code, board, ...say });
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [hasMajor = 0, hasMinor = 0] = version.split('.').map(Number);
  return hasMajor > major || (hasMajor === major && hasMinor >= minor);
}
