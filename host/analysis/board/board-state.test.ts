import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  around,
  JournalBuilder,
  testCell,
  testPlan,
} from '../../../test/support/journal-builder.ts';
import { cellOf, resultOf } from '../../../test/support/journal-runs.ts';
import { movingClocks } from '../../board/locked-clocks.ts';
import { readJetsonState } from '../../telemetry/jetson-state.ts';
import { integral } from './energy.ts';

type Files = Readonly<Record<string, string | null>>;
const { _comment, ...orin } = JSON.parse(
  readFileSync(
    new URL('../../../test/fixtures/jetson/sysfs-orin-nano-jp6.json', import.meta.url),
    'utf8',
  ),
) as Record<string, string | null>;

const hwmon = '/sys/class/hwmon';
const cpufreq = (cpu: number, name: string) =>
  `/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_${name}_freq`;
const files = { stat: '', interrupts: '', softirqs: '' };

/**
 * Two processes of 10 s on an Orin Nano whose files are told five times a second; `at` gives what
 * changed by then. An idle second comes first.
 */
function run(at: (second: number) => Files, everyMs = 200) {
  const builder = new JournalBuilder(
    testPlan([testCell('a', { batch: 2 })], { name: everyMs > 200 ? 'quick' : 'default' }),
  );
  const tele = (t_ns: number, more: object) =>
    builder.event({
      kind: 'tele',
      t_ns,
      cpus: [],
      intr: 0,
      ctxt: 0,
      memAvailableBytes: 0,
      ...more,
    });
  tele(0, { files: { ...orin, ...at(0) } });
  tele(1e6, { idle: { edge: 'start', ...files } });
  for (let ms = everyMs; ms <= 24_000; ms += everyMs) tele(ms * 1e6, { files: at(ms / 1000) });
  tele(1e9, { idle: { edge: 'end', ...files } });
  builder.wait(1e9);
  for (const block of [0, 1]) {
    builder.process({
      cell: 'a',
      block,
      durations_ns: around(100e6, 100, 0),
      proc: [files, files],
    });
  }
  const result = resultOf(builder.bye());
  return { result, cell: cellOf(result) };
}

describe('a board that keeps its state', () => {
  const { result, cell } = run(() => ({}));

  test('is not throttled; heat, clocks and mode are in the cell and the environment', () => {
    expect(cell.board).toMatchObject({
      power_mode: 'mode 2',
      throttling: [],
      cpu_clock: { current_hz: { min: 1_728_000_000, max: 1_728_000_000 }, min_hz: 729_600_000 },
      is_locked: { cpu: false, gpu: false },
      over_current: [
        { alarm: 1, events: 0 },
        { alarm: 2, events: 0 },
        { alarm: 3, events: 0 },
      ],
    });
    expect(cell.board?.temperatures).toContainEqual({
      zone: 'tj',
      start_c: 47.5,
      end_c: 47.5,
      max_c: 47.5,
    });
    expect(cell.verdict.kind).not.toBe('THROTTLED');
    expect(result.environment).toMatchObject({
      'clocks.cpu': '729.6 to 1728 MHz',
      'clocks.gpu': '306 to 1020 MHz, nvhost_podgov',
      'clocks.locked': 'cpu free, gpu free',
    });
  });

  test('takes the energy of its power: 9.25 W for 50 ms an image, all of it idle power', () => {
    const watts = (4984 * 1856) / 1e6;
    expect(cell.energy).toMatchObject({ rail: 'VDD_IN', reason: null, processes: 2 });
    expect(cell.energy?.mean_w).toBeCloseTo(watts, 6);
    // A microsecond between iterations is the harness'.
    expect(cell.energy?.per_item_j).toBeCloseTo((watts * 0.100001) / 2, 4);
    expect(cell.energy?.net_per_item_j).toBeCloseTo(0, 6);
    expect(cell.energy?.note).toContain('CPU, GPU and accelerators on one rail');
    expect(cell.energy?.rails.map(({ name }) => name)).toEqual([
      'VDD_IN',
      'VDD_CPU_GPU_CV',
      'VDD_SOC',
    ]);
  });
});

describe('a board that slows itself down is THROTTLED, with the evidence', () => {
  const from5 = (changed: Files) => (second: number) => (second >= 5 ? changed : {});
  test.each([
    ['mean power', { [`${hwmon}/hwmon3/oc2_event_cnt`]: '4\n' }, 'oc2 (mean power) rose by 4'],
    [
      'a cap that falls',
      { [cpufreq(0, 'max')]: '1190400\n' },
      "the cap of cpu0's clock fell from 1728 MHz to 1190 MHz",
    ],
    [
      'cooling',
      {
        '/sys/class/thermal/cooling_device0/type': 'thermal-cpufreq-0\n',
        '/sys/class/thermal/cooling_device0/cur_state': '3\n',
      },
      'cooled itself by thermal-cpufreq-0 (state 3)',
    ],
    [
      'a rail above its limit',
      { [`${hwmon}/hwmon1/curr1_max_alarm`]: '1\n' },
      'VDD_IN was above its limit',
    ],
    [
      'heat',
      {
        '/sys/class/thermal/thermal_zone8/trip_point_0_type': 'passive\n',
        '/sys/class/thermal/thermal_zone8/trip_point_0_temp': '99000\n',
        '/sys/class/thermal/thermal_zone8/temp': '99500\n',
      },
      'tj reached 99.5 °C',
    ],
  ])('%s', (_name, changed, reason) => {
    const { cell } = run(from5(changed));
    expect(cell.verdict.kind).toBe('THROTTLED');
    expect(cell.verdict.reason).toContain(reason);
  });

  test('but instantaneous power on an Orin, a fan and what happened before do not make it so', () => {
    const { cell } = run((second) => ({
      [`${hwmon}/hwmon3/oc3_event_cnt`]: `${27_390 + Math.floor(second)}\n`,
      [`${hwmon}/hwmon3/oc1_event_cnt`]: second >= 0.4 ? '2\n' : '0\n',
      '/sys/class/thermal/cooling_device1/type': 'pwm-fan\n',
      '/sys/class/thermal/cooling_device1/cur_state': '2\n',
    }));
    expect(cell.board?.throttling).toEqual([]);
    expect(cell.board?.over_current.find(({ alarm }) => alarm === 3)?.events).toBeGreaterThan(15);
    expect(cell.board?.cooling).toEqual([]);
  });
});

test('too few power samples give no energy but a reason; the rails stay', () => {
  const { cell } = run(() => ({}), 1000);
  expect(cell.energy).toMatchObject({ per_item_j: null, net_per_item_j: null, processes: 0 });
  expect(cell.energy?.reason).toMatch(/10 of them.*take --telemetry full and leave out --quick$/);
  expect(cell.energy?.rails).toHaveLength(3);
});

test('the integral of a ramp is its mean times its length; a gap makes it null', () => {
  const ramp = Array.from({ length: 11 }, (_, i) => ({ t_ns: i * 1e9, mW: 1000 * i }));
  expect(integral(ramp, 0, 10e9)).toBeCloseTo(50, 9);
  expect(integral(ramp, 2.5e9, 4.5e9)).toBeCloseTo(7, 9);
  expect(integral(ramp.toSpliced(4, 3), 0, 10e9)).toBeNull();
  expect(integral(ramp, 5e9, 11e9)).toBeNull();
});

test('clocks are locked when there is one frequency; what is not told is not locked', () => {
  expect(movingClocks(readJetsonState(orin))).toBe('cpu0 may run at 730 to 1728 MHz');
  const cpuLocked = { ...orin, [cpufreq(0, 'min')]: '1728000\n' };
  expect(movingClocks(readJetsonState(cpuLocked))).toBe('the GPU may run at 306 to 1020 MHz');
  const locked = { ...cpuLocked, '/sys/class/devfreq/17000000.gpu/min_freq': '1020000000\n' };
  expect(movingClocks(readJetsonState(locked))).toBeNull();
  expect(movingClocks(readJetsonState({}))).toContain('does not say');
});
