import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLocalLink } from '../../test/support/local-link.ts';
import { makeMarkedBase } from '../../test/support/marked-base.ts';
import { probeBoard } from '../board/probe.ts';
import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { Turns } from './await-turn.ts';

let directory: string;
let base: string;
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/orin-turns-`);
  base = makeMarkedBase(`${directory}/.cache/orin-remote`);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = () => openLocalLink({ env: { PATH: process.env.PATH ?? '', HOME: directory } });

function reserveAs(owner: string): void {
  const fromMs = Date.now();
  const text = JSON.stringify({ owner, note: '', fromMs, untilMs: fromMs + 3_600_000 });
  writeFileSync(`${base}/reservation`, `${text}\n`);
}

interface Watched {
  readonly turns: Turns;
  readonly told: (string | null)[];
  readonly connects: () => number;
}

/**
 * The turns of a person whose name is not ASCII; `onHeld` is called when somebody else is told to
 * have the board.
 */
function watch(onHeld: () => void): Watched {
  const told: (string | null)[] = [];
  let connects = 0;
  const never = new AbortController().signal;
  const turns = new Turns({
    board: 'this-machine',
    owner: 'jürgen@desk',
    waitMs: 60_000,
    signal: never,
    leave: never,
    connect: async () => {
      connects += 1;
      return open();
    },
    listener: (event) => {
      if (event.kind !== 'turn') return;
      told.push(event.heldBy);
      if (event.heldBy !== null) onHeld();
    },
  });
  return { turns, told, connects: () => connects };
}

const heldByAnn = expect.stringContaining('ann@desk');

test("a reservation of one's own is known by its name in UTF-8", async () => {
  reserveAs('ann@desk');
  const link = open();
  const { turns, told } = watch(() => reserveAs('jürgen@desk'));
  await turns.wait({ link, probe: await probeBoard(link) });
  expect(told).toEqual([heldByAnn, null]);
}, 120_000);

test('a base directory that is removed while one waits: the same connection tells that the board is free', async () => {
  reserveAs('ann@desk');
  const link = open();
  const { turns, told, connects } = watch(() => rmSync(base, { recursive: true }));
  const turn = await turns.wait({ link, probe: await probeBoard(link) });
  expect(turn.link).toBe(link);
  expect(connects()).toBe(0);
  expect(told).toEqual([heldByAnn, null]);
}, 120_000);

test('a connection that is lost while one waits is ended, and another opened', async () => {
  reserveAs('ann@desk');
  const probe = await probeBoard(open());
  let ends = 0;
  // What no local link can be: lost.
  const lost: Link = {
    ...open(),
    closed: Promise.resolve(new Error('gone')),
    start: () => Promise.reject(new OrinError({ code: 'connection-lost', what: 'gone' })),
    end: async () => {
      ends += 1;
    },
  };
  const { turns, connects } = watch(() => rmSync(`${base}/reservation`));
  const turn = await turns.wait({ link: lost, probe });
  expect(turn.link).not.toBe(lost);
  expect([ends, connects()]).toEqual([1, 1]);
}, 120_000);
