import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mpstatFromProc, replayFrame } from '../../test/support/mpstat-fixtures.ts';
import { type ProcFrame, ProcLogReader } from './proc-log-reader.ts';

const frames: readonly ProcFrame[] = [0, 1, 2].map((n) => ({
  t_ns: n * 1_000_000_000,
  files: replayFrame('A', n).files,
}));
/** As the agent writes them. */
const log = Buffer.concat(
  frames.flatMap(({ t_ns, files }) => [
    Buffer.from(`@frame ${t_ns}\n`),
    ...Object.entries(files).map(([name, text]) =>
      Buffer.from(`@file ${name} ${Buffer.byteLength(text)}\n${text}\n`),
    ),
  ]),
);
const read = (bytes: Uint8Array, size = 997) => {
  const reader = new ProcLogReader();
  const taken: ProcFrame[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    taken.push(...reader.push(bytes.subarray(at, at + size)));
  }
  return { frames: [...taken, ...reader.end()], problems: reader.problems };
};

describe('proc.log', () => {
  test.each([1, 13, 4096, 1_000_000])('in chunks of %i bytes', (size) => {
    expect(read(log, size)).toEqual({ frames, problems: [] });
  });

  test('a frame that was cut is left out, and said', () => {
    const { frames: whole, problems } = read(log.subarray(0, log.length - 100));
    expect(whole).toEqual(frames.slice(0, 2));
    expect(problems).toHaveLength(1);
  });

  test('behind a damaged frame the next one is read', () => {
    const damaged = Buffer.from(log);
    damaged.write('@file stat 99999', damaged.indexOf('@file stat'));
    const { frames: rest, problems } = read(damaged);
    expect(problems.length).toBeGreaterThan(0);
    expect(rest.at(-1)).toEqual(frames[2]);
  });

  test('no bytes make it throw', () => {
    const pieces = fc.oneof(
      fc.constantFrom('@frame 1\n', '@file stat 3\n', 'abc\n', '\n', '@file x 99999999\n', '@'),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const { frames: taken, problems } = read(Buffer.from(parts.join('')), 7);
        expect(taken.length).toBeLessThanOrEqual(parts.length);
        expect(problems.length).toBeLessThanOrEqual(20);
        expect([...mpstatFromProc(taken)].length).toBeLessThanOrEqual(taken.length);
      }),
    );
  });
});
