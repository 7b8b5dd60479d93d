import { describe, expect, test } from 'vitest';
import {
  mpstatBytes,
  mpstatText,
  printed,
  readMpstatJson,
  readMpstatText,
} from '../../test/support/mpstat-fixtures.ts';
import { MpstatJsonReader } from './mpstat-json.ts';
import { MpstatTextReader } from './mpstat-text.ts';

describe('mpstat as text', () => {
  test('an Orin under -A: every table of every sample, and the averages', () => {
    const log = readMpstatText(mpstatBytes('A-v12.6.1.txt'));
    expect(log.problems).toEqual([]);
    expect(log.system).toEqual({
      kernel: '5.10.120-tegra',
      machine: 'aarch64',
      date: '2024-11-19',
      cpuCount: 6,
    });
    expect(log.samples.map(({ period, time }) => [period, time])).toEqual([
      ['interval', '16:06:41'],
      ['interval', '16:06:42'],
      ['interval', '16:06:43'],
      ['interval', '16:06:44'],
      ['interval', '16:06:45'],
      ['average', null],
    ]);
    for (const sample of log.samples) {
      expect(sample.isComplete).toBe(true);
      expect(sample.use.cpus.size).toBe(6);
      expect(sample.interrupts.sources).toHaveLength(144);
      expect(sample.softirqs.sources).toHaveLength(10);
    }
    expect(log.samples[0]?.use.cpus.get(1)).toMatchObject({ usr: 62, sys: 9, idle: 27 });
  });

  test('cut anywhere, byte by byte, it is the same', () => {
    const whole = mpstatBytes('native/A-ko_KR.txt');
    const reader = new MpstatTextReader();
    const samples = [...whole].flatMap((byte) => reader.push(Uint8Array.of(byte)));
    expect([...samples, ...reader.end()]).toEqual(readMpstatText(whole).samples);
  });

  test.each([
    ['native/A-ko_KR.txt', ['02시 22분 07초', '02시 22분 08초', null], true],
    ['native/A-iso-LC_C.txt', ['02:20:48', '02:20:49', '02:20:50', null], true],
    ['native/I-CPU.txt', ['02:20:57', '02:20:58', null], false],
    ['native/I-SCPU.txt', ['02:20:59', '02:21:00', null], false],
    ['native/I-SUM.txt', ['02:20:55', '02:20:56', null], false],
    ['native/P-ALL.txt', ['02:21:01', '02:21:02', null], false],
    ['native/plain.txt', ['02:21:04', '02:21:05', '02:21:06', null], false],
  ])('%s', (path, times, hasNodes) => {
    const log = readMpstatText(mpstatBytes(path));
    expect(log.problems).toEqual([]);
    expect(log.samples.map(({ time }) => time)).toEqual(times);
    expect(log.samples.every(({ isComplete }) => isComplete)).toBe(true);
    expect(log.samples.every(({ nodes }) => nodes.size === (hasNodes ? 1 : 0))).toBe(true);
  });

  test('a report without an interval is one since boot', () => {
    const { samples } = readMpstatText(mpstatBytes('native/A-since-boot.txt'));
    expect(samples.map(({ period }) => period)).toEqual(['since-boot']);
  });

  test('decimal commas, twelve-hour clocks, other words for average, colours, CRLF', () => {
    const plain = mpstatText('A-v12.6.1.txt');
    const expected = readMpstatText(plain).samples.map((sample) => ({ ...sample, time: '' }));
    const variants = [
      plain.replace(/(\d)\.(\d\d)\b/g, '$1,$2').replaceAll('Average:', 'Durchschn.:'),
      plain.replace(/^16:06:(\d\d)/gm, '04:06:$1 PM').replaceAll('Average:', 'Moyenne :'),
      plain.replace(/^(\d\d:\d\d:\d\d)(.*)$/gm, '\u001b[0;36m$1\u001b[0m$2\u001b[34;1m\u001b[0m'),
      plain.replaceAll('\n', '\r\n'),
    ];
    for (const variant of variants) {
      const log = readMpstatText(variant);
      expect(log.problems).toEqual([]);
      expect(log.samples.map((sample) => ({ ...sample, time: '' }))).toEqual(expected);
    }
  });

  test.each([
    ['German', 'Durchschn.:', '19.11.2024', (seconds: string) => `16:06:${seconds}`, ','],
    ['French', 'Moyenne :', '19/11/2024', (seconds: string) => `16:06:${seconds}`, ','],
    ['Japanese', '平均値:', '2024年11月19日', (seconds: string) => `16時06分${seconds}秒`, '.'],
    ['American', 'Average:', '11/19/2024', (seconds: string) => `04:06:${seconds} PM`, '.'],
    ['Bulgarian', 'Средно:', '19.11.2024', (seconds: string) => `16,06,${seconds}`, ','],
    [
      'with -U of sysstat 12.7',
      'Average:',
      '2024-11-19',
      (seconds: string) => `17320324${seconds}`,
      '.',
    ],
  ])('a log made by hand: %s', (_name, average, date, clock, point) => {
    const plain = mpstatText('A-v12.6.1.txt');
    const expected = readMpstatText(plain).samples;
    const log = readMpstatText(
      plain
        .replace('2024-11-19', date)
        .replace(/( \d+)\.(\d\d)(?= |$)/gm, `$1${point}$2`)
        .replaceAll('Average:', average)
        .replace(/^16:06:(\d\d)/gm, (_time, seconds: string) => clock(seconds)),
    );
    expect(log.problems).toEqual([]);
    expect(log.system).toMatchObject({ date, kernel: '5.10.120-tegra', cpuCount: 6 });
    expect(log.samples.map(({ time }) => time)).toEqual([
      ...['41', '42', '43', '44', '45'].map(clock),
      null,
    ]);
    expect(log.samples.map((sample) => ({ ...sample, time: '' }))).toEqual(
      expected.map((sample) => ({ ...sample, time: '' })),
    );
  });

  test('sysstat 11.6 (JetPack 4): a CPU that is offline is a row of zeros', () => {
    // As 11.6.1 prints it: layout by its source, figures of a Nano with one CPU switched off.
    const { samples, problems, system } = readMpstatText(
      [
        'Linux 4.9.253-tegra (nano) \t11/19/24 \t_aarch64_\t(2 CPU)',
        '',
        '16:06:40     CPU    %usr   %nice    %sys %iowait    %irq   %soft  %steal  %guest  %gnice   %idle',
        '16:06:41     all   18.67    0.00    1.00    0.00    0.00    0.33    0.00    0.00    0.00   80.00',
        '16:06:41       0   18.67    0.00    1.00    0.00    0.00    0.33    0.00    0.00    0.00   80.00',
        '16:06:41       1    0.00    0.00    0.00    0.00    0.00    0.00    0.00    0.00    0.00    0.00',
        '',
        '16:06:40     CPU    intr/s',
        '16:06:41     all    412.00',
        '16:06:41       0    300.00',
        '16:06:41       1      0.00',
        '',
        '16:06:40     CPU       HI/s    TIMER/s   NET_RX/s',
        '16:06:41       0       1.00      99.00     200.00',
        '16:06:41       1       0.00       0.00       0.00',
        '',
      ].join('\n'),
    );
    expect(problems).toEqual([]);
    expect(system).toMatchObject({ kernel: '4.9.253-tegra', date: '11/19/24', cpuCount: 2 });
    expect(samples).toHaveLength(1);
    expect(samples[0]?.use.cpus.get(0)).toMatchObject({ usr: 18.67, soft: 0.33, idle: 80 });
    expect(samples[0]?.softirqs.sources).toEqual(['HI', 'TIMER', 'NET_RX']);
    // What stands under intr/s of a CPU is the sum of its softirqs: not taken for interrupts.
    expect(samples[0]?.interruptsPerS.all).toBe(412);
    expect(samples[0]?.interruptsPerS.cpus.get(0)).not.toBe(300);
  });

  test('-T: core, socket and node stand between CPU and figures, blank for all', () => {
    const { samples, problems } = readMpstatText(
      [
        '16:06:40     CPU CORE SOCK NODE    %usr   %idle',
        '16:06:41     all                  18.67   73.50',
        '16:06:41       1    1    0    0   62.00   27.00',
      ]
        .join('\n')
        .concat('\n'),
    );
    expect(problems).toEqual([]);
    expect(samples[0]?.use.all?.usr).toBe(18.67);
    expect(samples[0]?.use.cpus.get(1)?.idle).toBe(27);
  });

  test('an interrupt that appears changes the columns of the next sample only', () => {
    const { samples } = readMpstatText(
      [
        '10:00:00     CPU        9/s       IPI0/s',
        '10:00:01       0       1.00       2.00',
        '10:00:01     CPU        9/s      77/s     IPI0/s',
        '10:00:02       0       1.00      45.00     2.00',
      ]
        .join('\n')
        .concat('\n'),
    );
    expect(samples.map(({ interrupts }) => interrupts.sources)).toEqual([
      ['9', 'IPI0'],
      ['9', '77', 'IPI0'],
    ]);
  });

  test('a name with spaces, which mpstat makes of a row too long for it, is one column', () => {
    const { samples, problems } = readMpstatText(
      '10:00:00 CPU 13/s fault, xhci-hcd/s Err/s\n10:00:01 0 206.00 0.00 1.00\n',
    );
    expect(problems).toEqual([]);
    expect(samples[0]?.interrupts).toEqual({
      sources: ['13', 'fault, xhci-hcd', 'Err'],
      perS: new Map([[0, [206, 0, 1]]]),
    });
  });

  test('a log that was cut ends in a sample that says so', () => {
    const whole = mpstatText('A-v12.6.1.txt');
    const inSecond = readMpstatText(whole.slice(0, whole.indexOf('16:06:42       3')));
    expect(inSecond.samples.map(({ isComplete }) => isComplete)).toEqual([true, false]);
    const inNumber = readMpstatText(whole.slice(0, whole.indexOf('16:06:42     CPU') + 40));
    expect(inNumber.samples.map(({ isComplete }) => isComplete)).toEqual([true, false]);
  });

  test('lines that do not fit are reported with their number and change nothing', () => {
    const lines = mpstatText('native/P-ALL.txt').split('\n');
    lines.splice(4, 0, 'Connection to orin closed.', '02:21:01  x  1.00');
    const log = readMpstatText(lines.join('\n'));
    expect(log.problems.map(({ line }) => line)).toEqual([5, 6]);
    expect(log.samples).toEqual(readMpstatText(mpstatBytes('native/P-ALL.txt')).samples);
  });
});

describe('mpstat as JSON', () => {
  test('is what the text says, also where the document was cut', () => {
    const { samples, system } = readMpstatJson(mpstatBytes('A-v12.2.0-cut.json'));
    expect(system).toMatchObject({ kernel: '5.10.120-tegra', cpuCount: 6 });
    expect(samples.map(printed)).toEqual(
      readMpstatText(mpstatBytes('A-v12.6.1.txt')).samples.slice(0, samples.length).map(printed),
    );
    expect(samples).toHaveLength(2);
  });

  test.each([
    ['native/A-json.json', 0],
    ['native/sig-INT.json', 0],
    ['native/sig-TERM.json', 0],
    ['A-v12.2.0-cut.json', 1],
  ])('%s: a sample is there with its closing brace, whatever the chunks', (path, problems) => {
    const whole = mpstatText(path);
    const reader = new MpstatJsonReader();
    let samplesAtBrace = 0;
    const samples = [...whole].flatMap((character, at) => {
      const taken = reader.push(character);
      if (taken.length > 0 && whole.slice(0, at + 1).endsWith('\n\t\t\t\t}')) samplesAtBrace += 1;
      return taken;
    });
    reader.end();
    expect(samples).toEqual(readMpstatJson(whole).samples);
    expect(samples.length).toBeGreaterThan(1);
    expect(samplesAtBrace).toBe(samples.length);
    expect(reader.problems).toHaveLength(problems);
  });

  test('an object that is no sample is reported, the next one is read', () => {
    const log = readMpstatJson(
      '{"statistics": [{"cpu-load": 7}, {"timestamp": "10:00:01", "cpu-load": [{"cpu": "-1", "usr": 4}]}]}',
    );
    expect(log.problems).toMatchObject([{ line: 1 }]);
    expect(log.samples).toHaveLength(1);
    expect(log.samples[0]?.use.all?.usr).toBe(4);
  });
});
