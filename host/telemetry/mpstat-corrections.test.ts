import { describe, expect, test } from 'vitest';
import {
  correctionKinds,
  mpstatBytes,
  mpstatText,
  printed,
  readMpstatText,
} from '../../test/support/mpstat-fixtures.ts';
import type { MpstatSample } from './mpstat-sample.ts';

describe('what mpstat prints wrong', () => {
  test('-A shows softirqs as interrupts of single CPUs: replaced by the sum of the sources', () => {
    const { samples } = readMpstatText(mpstatBytes('A-v12.6.1.txt'));
    const right = readMpstatText(mpstatBytes('A-v12.6.1-I-SUM,CPU.txt')).samples;
    expect(correctionKinds(right)).toEqual([]);
    expect(samples.map(({ interruptsPerS }) => interruptsPerS)).toEqual(
      right.map(({ interruptsPerS }) => interruptsPerS),
    );
    expect(correctionKinds(samples)).toEqual(['softirqs-as-interrupts']);
    expect(samples[0]?.corrections[0]).toEqual({
      kind: 'softirqs-as-interrupts',
      cpu: 0,
      what: 'intr/s',
      was: 476,
      is: 1539,
    });
  });

  test('a CPU that slept through without a tick does not keep the others from being corrected', () => {
    const { samples } = readMpstatText(mpstatBytes('F-v12.6.1.txt'));
    const kind = 'softirqs-as-interrupts';
    const totals = (at: number) =>
      [0, 5].map((cpu) =>
        samples[at]?.corrections.find((each) => each.kind === kind && each.cpu === cpu),
      );
    expect(totals(1)).toMatchObject([
      { was: 576, is: 1638 },
      { was: 0, is: 447 },
    ]);
    expect(totals(2)).toMatchObject([
      { was: 475, is: 1464 },
      { was: 0, is: 429 },
    ]);
  });

  test('CPUs that go off and on have no rates of 4294967230 (sysstat 12.2.0)', () => {
    const old = readMpstatText(mpstatBytes('C-v12.2.0.txt')).samples;
    const fixed = readMpstatText(mpstatBytes('C-v12.6.1.txt')).samples;
    const rates = (samples: readonly MpstatSample[]) =>
      samples.filter(({ period }) => period === 'interval').map(printed);
    expect(rates(old)).toEqual(rates(fixed));
    const dropped = old.flatMap(({ corrections }) => corrections);
    const ofCpu5 = dropped.filter(({ cpu, what }) => cpu === 5 && what === 'interrupts');
    expect(ofCpu5.some(({ was }) => (was ?? 0) >= 4_294_967_230)).toBe(true);
    expect(ofCpu5.every(({ kind, is }) => kind === 'cpu-not-online' && is === null)).toBe(true);
  });

  test('without the table of CPU time such rates are unknown', () => {
    const { samples } = readMpstatText(
      '10:00:00 CPU 13/s 14/s\n10:00:01 0 206.00 1.00\n10:00:01 5 4294967230.00 2.00\n',
    );
    expect(samples[0]?.interrupts.perS.get(5)).toEqual([null, 2]);
    expect(samples[0]?.corrections).toEqual([
      { kind: 'impossible-rate', cpu: 5, what: '13', was: 4294967230, is: null },
    ]);
  });

  test('a total that lost 32 bits is the sum of the sources', () => {
    const broken = mpstatText('A-v12.6.1.txt').replace(
      '16:06:41     all   4142.00',
      '16:06:41     all 18446744069414588416.00',
    );
    const [sample] = readMpstatText(broken).samples;
    expect(sample?.interruptsPerS.all).toBe(4142);
    expect(sample?.corrections[0]).toMatchObject({ kind: 'softirqs-as-interrupts' });
    expect(sample?.corrections.at(-1)).toMatchObject({
      kind: 'total-overflow',
      cpu: 'all',
      is: 4142,
    });
  });

  test('zeros all over are an offline CPU of sysstat 11.6', () => {
    const header = '10:00:00     CPU    %usr   %idle';
    const { samples } = readMpstatText(
      `${header}\n10:00:01 all 0.00 0.00\n10:00:01 0 40.00 60.00\n10:00:01 1 0.00 0.00\n`,
    );
    expect([...(samples[0]?.use.cpus.keys() ?? [])]).toEqual([0]);
    expect(samples[0]?.use.all).toMatchObject({ usr: 40, idle: 60 });
  });

  describe('iowait that goes back', () => {
    // CPU0's interval seems 4000 jiffies long where the others have 100: what 12.2.0 makes of 3900
    // iowait.
    const classes = 'CPU %usr %nice %sys %iowait %irq %soft %steal %guest %gnice %idle';
    const log = (cpu0: string, all: string) =>
      readMpstatText(
        [
          `10:00:00 ${classes}`,
          `10:00:01 all ${all}`,
          `10:00:01 0 ${cpu0}`,
          ...[1, 2, 3, 4].map((cpu) => `10:00:01 ${cpu} 60.00 0 10.00 0.00 0 0 0 0 0 30.00`),
          '10:00:01 5 0 0 0 0 0 0 0 0 0 100.00\n',
        ].join('\n'),
      ).samples[0];

    test('no longer fills the CPU', () => {
      const sample = log('1.50 0 0.35 97.50 0 0 0 0 0 0.65', '6.82 0 1.23 88.64 0 0 0 0 0 3.32');
      expect(sample?.use.cpus.get(0)).toMatchObject({ usr: 60, sys: 14, iowait: 0, idle: 26 });
      expect(sample?.use.all).toMatchObject({ usr: 50, iowait: 0 });
      expect(sample?.corrections).toMatchObject([
        { kind: 'iowait-backwards', cpu: 0, was: 97.5, is: 0 },
        { kind: 'iowait-backwards', cpu: 'all', was: 88.64, is: 0 },
      ]);
    });

    test('and a CPU that really waits is left alone', () => {
      const sample = log('1.50 0 0.35 97.50 0 0 0 0 0 0.65', '40.25 0 6.73 16.25 0 0 0 0 0 36.78');
      expect(sample?.corrections).toEqual([]);
      const slept = log('1.50 0 0.35 97.50 0 0 0 0 0 0.65', '48.30 0 8.07 19.50 0 0 0 0 0 24.13');
      expect(slept?.corrections).toEqual([]);
    });
  });
});
