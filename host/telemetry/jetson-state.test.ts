import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JetsonSnapshot, jetsonPaths } from '../../agent/contract/board-files.ts';
import { modulePower, overCurrentSince } from './jetson-power.ts';
import { readJetsonState } from './jetson-state.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../test/fixtures/jetson/${name}`, import.meta.url), 'utf8');
const { _comment, ...orinNano }: Record<string, string | null> = JSON.parse(
  fixture('sysfs-orin-nano-jp6.json'),
);

describe('the state of an Orin Nano under JetPack 6, without root', () => {
  const state = readJetsonState({
    ...orinNano,
    '/etc/nvpmodel.conf': '< POWER_MODEL ID=0 NAME=15W >\n< POWER_MODEL ID=2 NAME=MAXN_SUPER >\n',
  });

  test('what it is and how it is set', () => {
    expect(state).toMatchObject({
      model: 'NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super',
      module: 'p3767-0005',
      l4t: '36.4.4',
      jetpack: '6.2.1',
      powerMode: 'MAXN_SUPER',
      onlineCpus: '0-5',
      isPinned: { cpu: false, gpu: false },
      fan: { pwm: 60, rpm: 2140 },
      memoryCapHz: null,
    });
    expect(state.cpus.get(0)).toEqual({
      currentHz: 1_728_000_000,
      minHz: 729_600_000,
      maxHz: 1_728_000_000,
      governor: null,
    });
    expect(state.gpu).toEqual({
      currentHz: 1_020_000_000,
      minHz: 306_000_000,
      maxHz: 1_020_000_000,
      governor: 'nvhost_podgov',
      loadPercent: 43.1,
    });
  });

  test('temperatures, without those of powered-down engines', () => {
    expect(state.temperatures.map(({ zone, celsius }) => [zone, celsius])).toEqual([
      ['cpu', 47.5],
      ['gpu', 46.7],
      ['soc0', 46.2],
      ['soc1', 46.3],
      ['soc2', 44.8],
      ['tj', 47.5],
    ]);
    expect(state.unreadable).toEqual(
      [2, 3, 4].map((zone) => `/sys/class/thermal/thermal_zone${zone}/temp`),
    );
  });

  test('rails with their power, over-current counters', () => {
    expect(state.rails.map(({ name, mW }) => [name, Math.round(mW)])).toEqual([
      ['VDD_IN', 9250],
      ['VDD_CPU_GPU_CV', 2392],
      ['VDD_SOC', 2476],
    ]);
    expect(state.rails[0]).toMatchObject({ maxMA: 4984, critMA: 4984, isAlarmed: false });
    expect(modulePower(state.rails)).toMatchObject({ of: 'VDD_IN' });
    expect(state.overCurrent).toEqual([
      { alarm: 1, events: 0, throttles: true },
      { alarm: 2, events: 0, throttles: true },
      { alarm: 3, events: 27_390, throttles: true },
    ]);
  });

  test('the paths that the agent is asked for are all that the state needs', () => {
    const patterns = [...jetsonPaths.once, ...jetsonPaths.each].map(
      (path) =>
        new RegExp(`^${path.replace(/[.+?^$()[\]{}|\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`),
    );
    const asked = Object.entries(orinNano).filter(([path]) =>
      patterns.some((pattern) => pattern.test(path)),
    );
    expect(readJetsonState(Object.fromEntries(asked))).toEqual(readJetsonState(orinNano));
  });
});

describe('other boards', () => {
  test('JetPack 5 names its zones and the GPU otherwise, pinned by jetson_clocks', () => {
    const cpu = '/sys/devices/system/cpu/cpu3/cpufreq';
    const gpu = '/sys/class/devfreq/17000000.ga10b';
    const state = readJetsonState({
      '/etc/nv_tegra_release': '# R35 (release), REVISION: 4.1, GCID: 1, BOARD: t186ref',
      [`${cpu}/scaling_min_freq`]: '1510400\n',
      [`${cpu}/scaling_max_freq`]: '1510400\n',
      [`${gpu}/min_freq`]: '624750000\n',
      [`${gpu}/max_freq`]: '624750000\n',
      '/sys/class/thermal/thermal_zone0/type': 'CPU-therm\n',
      '/sys/class/thermal/thermal_zone0/temp': '51000\n',
      '/sys/class/thermal/thermal_zone0/trip_point_0_type': 'critical\n',
      '/sys/class/thermal/thermal_zone0/trip_point_0_temp': '104500\n',
      '/sys/class/thermal/thermal_zone0/trip_point_1_type': 'passive\n',
      '/sys/class/thermal/thermal_zone0/trip_point_1_temp': '99000\n',
      '/sys/class/thermal/thermal_zone1/type': 'CV0-therm\n',
      '/sys/class/thermal/thermal_zone1/temp': '-256000\n',
      '/sys/class/thermal/thermal_zone2/type': 'PMIC-Die\n',
      '/sys/class/thermal/thermal_zone2/temp': '100000\n',
    });
    expect(state).toMatchObject({ jetpack: '5.1.2', isPinned: { cpu: true, gpu: true } });
    expect(state.temperatures).toEqual([
      { zone: 'cpu', celsius: 51, passiveC: 99, criticalC: 104.5 },
    ]);
  });

  test('JetPack 4 has its rails elsewhere, and a Nano its total is not added to', () => {
    const rails = '/sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0';
    const state = readJetsonState({
      '/sys/devices/gpu.0/load': '1000\n',
      [`${rails}/rail_name_0`]: 'POM_5V_IN\n',
      [`${rails}/in_power0_input`]: '1750\n',
      [`${rails}/rail_name_1`]: 'POM_5V_GPU\n',
      [`${rails}/in_power1_input`]: '400\n',
    });
    expect(state.gpu?.loadPercent).toBe(100);
    expect(modulePower(state.rails)).toEqual({ mW: 1750, of: 'POM_5V_IN' });
  });

  test('rails without a total are added up, and the sum says so', () => {
    const rails = [
      { name: 'VDD_GPU_SOC', mW: 2412 },
      { name: 'VDD_CPU_CV', mW: 1607 },
    ];
    expect(modulePower(rails)).toEqual({ mW: 4019, of: 'sum of rails' });
    expect(modulePower([])).toBeNull();
  });

  test('a machine that is no Jetson has nothing to say', () => {
    expect(readJetsonState({})).toMatchObject({
      model: null,
      gpu: null,
      isPinned: { cpu: null, gpu: null },
      fan: null,
      rails: [],
    });
  });
});

test('over-current events are differences, also around the end of 32 bits', () => {
  const at = (events: number) => [{ alarm: 3, events, throttles: true }];
  expect([...overCurrentSince(at(4_294_967_290), at(4))]).toEqual([[3, 10]]);
  expect([...overCurrentSince([], at(4))]).toEqual([]);
});

test('no snapshot makes it throw', () => {
  const paths = fc.oneof(fc.constantFrom(...Object.keys(orinNano)), fc.string({ unit: 'binary' }));
  const texts = fc.oneof(
    fc.constantFrom(...Object.values(orinNano)),
    fc.string({ unit: 'binary' }),
    fc.constant(null),
  );
  fc.assert(
    fc.property(fc.dictionary(paths, texts), (changed) => {
      const snapshot: JetsonSnapshot = { ...orinNano, ...changed };
      const { rails, temperatures } = readJetsonState(snapshot);
      expect(rails.every(({ mW }) => Number.isFinite(mW))).toBe(true);
      expect(temperatures.every(({ celsius }) => Number.isFinite(celsius))).toBe(true);
    }),
  );
});
