import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { around, JournalBuilder, testCell, testPlan } from '../../test/support/journal-builder.ts';
import { JournalReader, readJournal } from './journal.ts';

const plan = testPlan([testCell('a'), testCell('b')]);
const whole = new JournalBuilder(plan)
  .process({
    cell: 'a',
    block: 0,
    durations_ns: around(1e6, 150),
    warmUp: 10,
    preempted: [[70, 2]],
  })
  .process({ cell: 'b', block: 0, durations_ns: around(2e6, 150), warmUp: 10, faults: [[5, 1, 0]] })
  .event({ kind: 'warn', t_ns: 5, code: 'mpstat', text: 'mpstat ended: é ü' })
  .bye()
  .bytes();

/** Feeds the bytes in chunks of these sizes, over and over. */
function readInChunks(bytes: Buffer, sizes: readonly number[]) {
  const reader = new JournalReader();
  const events = [];
  for (let at = 0, k = 0; at < bytes.length; k += 1) {
    const size = sizes[k % sizes.length] ?? 1;
    // A fresh copy that is overwritten afterwards: the reader must not hold on to it.
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    events.push(...reader.push(chunk));
    chunk.fill(0);
    at += size;
  }
  return { reader, events, data: reader.end() };
}

describe('a whole journal', () => {
  test('is read without a problem and verified against its last event', () => {
    const data = readJournal(whole);
    expect(data.problems).toEqual([]);
    expect(data.bye?.sha256).toBe(data.sha256);
    expect(data).toMatchObject({ iterations: 300, bytes: whole.length });
    expect(data.processes.map((process) => process.cell)).toEqual(['a', 'b']);
  });

  test('keeps iterations with their start times, switches and faults', () => {
    const [a, b] = readJournal(whole).processes;
    const starts = a?.iterations.start_ns.view() ?? new Float64Array();
    const durations = a?.iterations.duration_ns.view() ?? new Float64Array();
    expect((starts[100] ?? 0) - (starts[99] ?? 0)).toBe((durations[99] ?? 0) + 1000);
    expect([...(a?.iterations.preempted ?? [])]).toEqual([[70, 2]]);
    expect([...(b?.iterations.faults ?? [])]).toEqual([[5, { minor: 1, major: 0 }]]);
  });

  test('is the same in chunks of any size', () => {
    const expected = JSON.stringify(readJournal(whole));
    const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, (chunks) => {
        const { data, events } = readInChunks(whole, chunks);
        expect(JSON.stringify(data)).toBe(expected);
        expect(events).toHaveLength(data.events);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a journal that is not whole', () => {
  test('cut at any byte: every complete event is kept, and the cut is told', () => {
    const lineEnds = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (at) => {
        const data = readJournal(whole.subarray(0, at));
        const complete = lineEnds.filter((end) => end <= at);
        expect(data.events).toBe(complete.length);
        expect(data.bytes).toBe(complete.at(-1) ?? 0);
        expect(data.bye).toBeNull();
        const isInsideLine = at !== (complete.at(-1) ?? 0);
        expect(data.problems.map((problem) => problem.kind)).toEqual(
          isInsideLine ? ['cut-line'] : [],
        );
      }),
      { numRuns: 200 },
    );
  });

  test('read to a cut and on from the offset, it is whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (at) => {
        const reader = new JournalReader();
        reader.push(whole.subarray(0, at));
        const again = new JournalReader();
        const { bytes } = reader.end();
        again.push(whole.subarray(0, bytes));
        again.push(whole.subarray(bytes));
        expect(again.end().problems).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  const lines = whole.toString().split('\n').slice(0, -1);
  const without = (index: number) => Buffer.from(`${lines.toSpliced(index, 1).join('\n')}\n`);
  const replaced = (index: number, line: string) =>
    Buffer.from(`${lines.toSpliced(index, 1, line).join('\n')}\n`);
  const kinds = (bytes: Buffer) => readJournal(bytes).problems.map((problem) => problem.kind);

  test('a missing line is a gap with its place', () => {
    const data = readJournal(without(3));
    expect(data.problems[0]).toMatchObject({
      kind: 'gap',
      line: 4,
      byte_offset: Buffer.byteLength(`${lines.slice(0, 3).join('\n')}\n`),
      text: '1 event missing before number 4',
    });
    expect(kinds(without(3))).toEqual(['gap', 'wrong-count', 'wrong-hash']);
  });

  test('a line that is no event is named and costs no other', () => {
    const data = readJournal(replaced(3, '{"kind":"phase","seq":3,"oops'));
    expect(data.problems[0]).toMatchObject({ kind: 'bad-line', line: 4, text: 'not JSON' });
    expect(data.problems.map((problem) => problem.kind)).not.toContain('gap');
    expect(data.events).toBe(lines.length - 1);
  });

  test('a changed digit is found by the hash', () => {
    const at = lines.findIndex((line) => line.includes('"kind":"warn"'));
    expect(kinds(replaced(at, (lines[at] ?? '').replace('ended', 'enbed')))).toEqual([
      'wrong-hash',
    ]);
  });

  test('a repeated line counts once', () => {
    const data = readJournal(Buffer.from(`${lines.toSpliced(4, 0, lines[3] ?? '').join('\n')}\n`));
    expect(data.problems[0]?.kind).toBe('out-of-place');
    expect(data.iterations).toBe(300);
  });

  test('what comes after the end is not part of it', () => {
    expect(kinds(Buffer.concat([whole, Buffer.from(`${lines[1]}\n`)]))).toEqual(['out-of-place']);
  });

  test('a line without end does not fill the memory', () => {
    const reader = new JournalReader();
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    for (let k = 0; k < 40; k += 1) reader.push(chunk);
    reader.push(Buffer.from('\n'));
    expect(reader.end().problems).toMatchObject([{ kind: 'bad-line', line: 1 }]);
    expect(reader.end().bytes).toBe(40 * 1024 * 1024 + 1);
  });

  test('no bytes make it throw', () => {
    const noise = fc.uint8Array({ maxLength: 400 });
    const fragments = fc.array(fc.constantFrom(...lines, '{}', '[', '', '\u0000'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(noise, fragments, (bytes, parts) => {
        readJournal(bytes);
        readJournal(Buffer.concat([Buffer.from(parts.join('\n')), bytes]));
      }),
    );
  });
});
