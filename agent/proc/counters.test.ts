import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMemAvailable, parseStat } from './counters.ts';
import { ProcFile } from './proc-file.ts';

const orin = `cpu  113021 1 43219 9211002 1241 0 2381 0 0 0
cpu0 31021 0 12219 1511002 241 0 2181 0 0 0
cpu3 21021 1 11219 1511002 241 0 81 0 0
intr 166295906 0 0 5121 71
ctxt 98123456
btime 1700000000
softirq 123 1 2 3
`;

test('counters of /proc/stat by CPU number, gaps in it and short rows included', () => {
  expect(parseStat(Buffer.from(orin))).toEqual({
    cpus: [
      { cpu: 0, jiffies: [31021, 0, 12219, 1511002, 241, 0, 2181, 0, 0, 0] },
      { cpu: 3, jiffies: [21021, 1, 11219, 1511002, 241, 0, 81, 0, 0] },
    ],
    intr: 166295906,
    ctxt: 98123456,
  });
});

test('any bytes parse to something', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(orin.length), (bytes, cut) => {
      parseStat(Buffer.from(bytes));
      parseStat(Buffer.concat([Buffer.from(orin.slice(0, cut)), bytes]));
      expect(parseMemAvailable(Buffer.from(bytes))).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('available memory in bytes', () => {
  const text = 'MemTotal:        7620000 kB\nMemAvailable:    5120000 kB\n';
  expect(parseMemAvailable(Buffer.from(text))).toBe(5120000 * 1024);
  expect(parseMemAvailable(Buffer.from('MemTotal: 1 kB\n'))).toBe(0);
});

test('a kept file is read anew each time, whole', () => {
  const file = new ProcFile('/proc/stat', 1 << 20);
  const first = parseStat(file.read());
  const second = parseStat(file.read());
  file.close();
  expect(second.ctxt).toBeGreaterThanOrEqual(first.ctxt);
  const online = readFileSync('/proc/stat', 'latin1').match(/^cpu\d+/gm) ?? [];
  expect(second.cpus.map(({ cpu }) => `cpu${cpu}`)).toEqual(online);
});
