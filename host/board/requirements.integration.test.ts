import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeShimmedBoard, type ShimmedBoard } from '../../test/support/shimmed-board.ts';
import { probeBoard } from './probe.ts';
import { boardProblems, requireBoard } from './requirements.ts';

let board: ShimmedBoard;
beforeEach(() => {
  board = makeShimmedBoard();
});
afterEach(() => board.remove());

describe('a board that cannot run a benchmark', () => {
  test.each([
    ['uname', 'echo Linux board 5.10.0 armv7l', 'unsupported-board', /32-bit system \(armv7l\)/],
    ['uname', 'echo Linux board 5.10.0 riscv64', 'unsupported-board', /riscv64/],
    ['uname', 'echo Darwin board 5.10.0 arm64', 'unsupported-board', /arm64|Darwin/],
    [
      'getconf',
      'case $1 in LONG_BIT) echo 32;; *) echo glibc 2.31;; esac',
      'unsupported-board',
      /32-bit system/,
    ],
    [
      'getconf',
      'case $1 in LONG_BIT) echo 64;; *) echo glibc 2.27;; esac',
      'glibc-too-old',
      /JetPack 4 has glibc 2.27/,
    ],
    [
      'getconf',
      'case $1 in LONG_BIT) echo 64;; *) echo glibc 2.19;; esac',
      'glibc-too-old',
      /2.28/,
    ],
  ] as const)('%s says %s: %s', async (tool, body, code, why) => {
    board.shim(tool, body);
    const { facts } = await probeBoard(board.open());
    expect(() => requireBoard('orin', facts)).toThrow(expect.objectContaining({ code }));
    expect(boardProblems('orin', facts)[0]?.why).toMatch(why);
  });

  test('musl is told from its ldd', async () => {
    board.shim('getconf', 'case $1 in LONG_BIT) echo 64;; *) exit 1;; esac');
    board.shim('ldd', 'echo "musl libc (aarch64)" >&2; echo Version 1.2.4 >&2; exit 1');
    const { facts } = await probeBoard(board.open());
    expect(facts.libc).toEqual({ name: 'musl', version: null });
    expect(boardProblems('orin', facts)[0]?.why).toMatch(/musl/);
  });

  test('missing tools come with the package that has them', async () => {
    board.shim('taskset', 'exit 1');
    const { facts } = await probeBoard(board.open());
    expect(boardProblems('orin', facts)).toMatchObject([
      { code: 'missing-tool', next: 'on the board: sudo apt-get install util-linux' },
    ]);
  });

  test('this machine has no problem', async () => {
    expect(boardProblems('here', (await probeBoard(board.open())).facts)).toEqual([]);
  });
});
