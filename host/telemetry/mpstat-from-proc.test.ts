import { describe, expect, test } from 'vitest';
import {
  asPrinted,
  correctionKinds,
  mpstatBytes,
  mpstatFromProc,
  mpstatText,
  printed,
  readMpstatText,
  replayFrame,
} from '../../test/support/mpstat-fixtures.ts';
import { mpstatBetween } from './mpstat-from-proc.ts';
import { readProcFrame } from './proc-frame.ts';

const fromProc = (replay: string, frames: number) => [
  ...mpstatFromProc(Array.from({ length: frames }, (_, n) => replayFrame(replay, n))),
];

describe('the same from /proc', () => {
  test.each([
    ['A', 6],
    ['C', 8],
    ['F', 5],
  ])(
    'replay %s: to the digit what mpstat 12.6.1 prints, its intr/s corrected',
    (replay, frames) => {
      const ours = fromProc(replay, frames);
      const theirs = readMpstatText(mpstatBytes(`${replay}-v12.6.1.txt`)).samples.slice(0, -1);
      expect(ours.map(printed)).toEqual(theirs.map(printed));
      expect(correctionKinds(ours)).toEqual([]);
    },
  );

  test('12.2.0 prints a CPU that came online with all its interrupts since boot', () => {
    const [cameOnline] = fromProc('C', 8).slice(2);
    const printedOld = mpstatText('C-v12.2.0.txt');
    const count = Number(
      /^ 13:(?:\s+\d+){4}\s+(\d+)/m.exec(replayFrame('C', 3).files.interrupts ?? '')?.[1],
    );
    expect(printedOld).toContain(` ${asPrinted(count)} `);
    expect(cameOnline?.interrupts.perS.has(4)).toBe(false);
  });

  test('over several seconds the rates are per second of uptime', () => {
    const [first, last] = [0, 5].map((n) => readProcFrame(replayFrame('A', n)));
    if (first === undefined || last === undefined) throw new Error('no frames');
    const sample = mpstatBetween(first, last);
    const average = readMpstatText(mpstatBytes('A-v12.6.1.txt')).samples.at(-1);
    expect(average?.period).toBe('average');
    expect(sample && printed(sample)).toEqual(average && printed(average));
    expect(mpstatBetween(readProcFrame({ files: {} }), last)).toBeNull();
  });

  test('a frame without files gives no sample', () => {
    expect([...mpstatFromProc([{ files: {} }, replayFrame('A', 0), { files: {} }])]).toEqual([]);
    expect([
      ...mpstatFromProc([replayFrame('A', 0), { files: {} }, replayFrame('A', 1)]),
    ]).toHaveLength(1);
  });
});

test('values are rounded as printf rounds them', () => {
  expect([0.125, 0.375, 18.665, 12.5, 0].map(asPrinted)).toEqual([
    '0.12',
    '0.38',
    '18.66',
    '12.50',
    '0.00',
  ]);
});
