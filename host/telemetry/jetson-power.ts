import { numberIn, type SnapshotTree, wordIn } from './snapshot-tree.ts';

/** One power rail, as its sensor measured it. */
export interface PowerRail {
  /** `VDD_IN`, `VDD_CPU_GPU_CV`, … */
  readonly name: string;
  readonly mV: number | null;
  readonly mA: number | null;
  readonly mW: number;
  /** Above it for a while, the board throttles; above `critMA` at once. */
  readonly maxMA: number | null;
  readonly critMA: number | null;
  readonly isAlarmed: boolean;
}

/**
 * Counts since boot. Orin: 1 under-voltage, 2 mean power, 3 instantaneous power; Xavier's mean
 * other things.
 */
export interface OverCurrentCounter {
  readonly alarm: number;
  readonly events: number;
  /** Whether the board slows down on it; null when it does not say. */
  readonly throttles: boolean | null;
}

const MAX_CHANNELS = 3;
const MAX_ALARMS = 6;

/** Rails of JetPack 5 and later (hwmon), or of JetPack 4 (iio); unconnected ones are left out. */
export function powerRails(tree: SnapshotTree): PowerRail[] {
  const channels = Array.from({ length: MAX_CHANNELS }, (_, at) => at + 1);
  // INA3221 on all modules; Thor measures its input with an INA238 besides.
  const chips = [...tree.hwmon('ina3221'), ...tree.hwmon('ina238')];
  const rails = chips.flatMap((files) =>
    channels.flatMap((n): PowerRail[] => {
      const name = wordIn(files, `in${n}_label`);
      const mV = numberIn(files, `in${n}_input`);
      const mA = numberIn(files, `curr${n}_input`);
      if (name === null || name === 'NC' || mV === null || mA === null) return [];
      return [
        {
          name,
          mV,
          mA,
          mW: (mV * mA) / 1000,
          maxMA: numberIn(files, `curr${n}_max`),
          critMA: numberIn(files, `curr${n}_crit`),
          isAlarmed: ['max', 'crit'].some((at) => numberIn(files, `curr${n}_${at}_alarm`) === 1),
        },
      ];
    }),
  );
  return rails.length > 0 ? rails : jetpack4Rails(tree);
}

function jetpack4Rails(tree: SnapshotTree): PowerRail[] {
  const devices = tree.matching(/^\/sys\/bus\/i2c\/drivers\/ina3221x\/[^/]+\/iio:device\d{1,4}$/);
  return devices.flatMap(({ files }) =>
    Array.from({ length: MAX_CHANNELS }, (_, n) => n).flatMap((n): PowerRail[] => {
      const name = wordIn(files, `rail_name_${n}`);
      const mW = numberIn(files, `in_power${n}_input`);
      if (name === null || name === 'NC' || mW === null) return [];
      return [{ name, mV: null, mA: null, mW, maxMA: null, critMA: null, isAlarmed: false }];
    }),
  );
}

/** Power that the module takes, and what it is the power of. */
export interface ModulePower {
  readonly mW: number;
  /**
   * `VDD_IN`, or `sum of rails` where no rail measures all: parts overlap and are missing there.
   */
  readonly of: string;
}

const wholeModule = ['VDD_IN', 'POM_5V_IN', 'VIN'] as const;

/**
 * The rail that feeds the whole module, never added to others; without one the sum, named as such.
 */
export function modulePower(
  rails: readonly { readonly name: string; readonly mW: number }[],
): ModulePower | null {
  for (const name of wholeModule) {
    const rail = rails.find((each) => each.name === name);
    if (rail) return { mW: rail.mW, of: name };
  }
  if (rails.length === 0) return null;
  return { mW: rails.reduce((sum, { mW }) => sum + mW, 0), of: 'sum of rails' };
}

export function overCurrentCounters(tree: SnapshotTree): OverCurrentCounter[] {
  return tree.hwmon('soctherm_oc').flatMap((files) =>
    Array.from({ length: MAX_ALARMS }, (_, at) => at + 1).flatMap((alarm) => {
      const events = numberIn(files, `oc${alarm}_event_cnt`);
      const enabled = numberIn(files, `oc${alarm}_throt_en`);
      if (events === null || events < 0) return [];
      return [{ alarm, events, throttles: enabled === null ? null : enabled === 1 }];
    }),
  );
}

/** Events between two readings, by alarm; the counters are 32 bits wide. */
export function overCurrentSince(
  before: readonly OverCurrentCounter[],
  after: readonly OverCurrentCounter[],
): ReadonlyMap<number, number> {
  const events = new Map<number, number>();
  for (const { alarm, events: now } of after) {
    const then = before.find((counter) => counter.alarm === alarm);
    if (then) events.set(alarm, (now - then.events + 2 ** 32) % 2 ** 32);
  }
  return events;
}
