import type { JetsonSnapshot } from '../../agent/contract/board-files.ts';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import { jetpackOf, l4tRelease, powerMode } from './jetson.ts';
import {
  type OverCurrentCounter,
  overCurrentCounters,
  type PowerRail,
  powerRails,
} from './jetson-power.ts';
import { type Directory, numberIn, SnapshotTree, wholeNumber, wordIn } from './snapshot-tree.ts';

export interface Clock {
  readonly currentHz: number | null;
  readonly minHz: number | null;
  readonly maxHz: number | null;
  readonly governor: string | null;
}

interface Temperature {
  /** `cpu`, `gpu`, `soc0`, `tj`: without the suffixes that differ between JetPacks. */
  readonly zone: string;
  readonly celsius: number;
  /** Where the board begins to slow down, and where it switches off. */
  readonly passiveC: number | null;
  readonly criticalC: number | null;
}

/** Something that slows the board down, or turns its fan, when it is hot. */
interface CoolingDevice {
  /** `thermal-cpufreq-0`, `pwm-fan`, … */
  readonly type: string;
  /** 0 is off. */
  readonly state: number;
}

/** What a Jetson says of itself without root; null and empty is what it did not say. */
export interface JetsonState {
  readonly model: string | null;
  /** `p3767-0005` */
  readonly module: string | null;
  readonly l4t: string | null;
  readonly jetpack: string | null;
  readonly powerMode: string | null;
  /** As the kernel lists them: `0-5`. */
  readonly onlineCpus: string | null;
  /**
   * Those with clocks, which are the online ones; `currentHz` is what was asked for, not measured.
   */
  readonly cpus: ReadonlyMap<number, Clock>;
  readonly gpu: (Clock & { readonly loadPercent: number | null }) | null;
  /** Whether jetson_clocks, or someone else, holds the clocks at one frequency. */
  readonly isPinned: { readonly cpu: boolean | null; readonly gpu: boolean | null };
  readonly temperatures: readonly Temperature[];
  readonly cooling: readonly CoolingDevice[];
  readonly rails: readonly PowerRail[];
  readonly overCurrent: readonly OverCurrentCounter[];
  readonly fan: { readonly pwm: number | null; readonly rpm: number | null } | null;
  /** Cap of the memory's clock; the clock itself is for root only. */
  readonly memoryCapHz: number | null;
  /** Files that are there and could not be read. */
  readonly unreadable: readonly string[];
}

const MAX_UNREADABLE = 64;

/** Reads a snapshot of `jetsonPaths`. Never throws: whatever is missing or senseless is null. */
export function readJetsonState(snapshot: JetsonSnapshot): JetsonState {
  const tree = new SnapshotTree(snapshot);
  const text = (path: string) => tree.text(path);
  const l4t = l4tRelease(text('/etc/nv_tegra_release'), null);
  const cpus = cpuClocks(tree);
  const gpu = gpuClock(tree);
  return {
    model: cleanLine(text('/proc/device-tree/model') ?? '', 120) || null,
    module: /\bp\d{4}-\d{4}\b(?!\+)/.exec(text('/proc/device-tree/compatible') ?? '')?.[0] ?? null,
    l4t,
    jetpack: jetpackOf(l4t),
    powerMode: powerMode(
      text('/var/lib/nvpmodel/status'),
      (text('/etc/nvpmodel.conf') ?? '').split('\n'),
    ),
    onlineCpus: cleanLine(text('/sys/devices/system/cpu/online') ?? '', 80) || null,
    cpus,
    gpu,
    isPinned: { cpu: arePinned([...cpus.values()]), gpu: gpu === null ? null : arePinned([gpu]) },
    temperatures: temperatures(tree),
    cooling: coolingDevices(tree),
    rails: powerRails(tree),
    overCurrent: overCurrentCounters(tree),
    fan: fan(tree),
    memoryCapHz:
      wholeNumber(text('/sys/kernel/nvpmodel_clk_cap/emc')) ??
      wholeNumber(text('/sys/kernel/nvpmodel_emc_cap/emc_iso_cap')),
    unreadable: Object.keys(snapshot)
      .filter((path) => snapshot[path] === null)
      .slice(0, MAX_UNREADABLE)
      .map((path) => cleanLine(path, 200)),
  };
}

function cpuClocks(tree: SnapshotTree): Map<number, Clock> {
  const clocks = new Map<number, Clock>();
  const kHz = (files: Directory, name: string) => {
    const value = numberIn(files, name);
    return value === null ? null : value * 1000;
  };
  for (const { path, files } of tree.matching(/\/cpu\/cpu\d{1,4}\/cpufreq$/)) {
    clocks.set(Number(/cpu(\d+)\/cpufreq$/.exec(path)?.[1]), {
      currentHz: kHz(files, 'scaling_cur_freq'),
      minHz: kHz(files, 'scaling_min_freq'),
      maxHz: kHz(files, 'scaling_max_freq'),
      governor: wordIn(files, 'scaling_governor'),
    });
  }
  return clocks;
}

/** Names of the GPU in device trees, from Nano to Thor. */
const gpuName = /^(?:gpu|gm20b|gp10b|gv11b|ga10b|gb10b)$/;

function gpuClock(tree: SnapshotTree): JetsonState['gpu'] {
  const loadPercent = gpuLoad(tree);
  const device = tree.matching(/^\/sys\/class\/devfreq\/[^/]+$/).find(({ path }) => {
    const directory = path.slice(path.lastIndexOf('/') + 1);
    const node = tree.text(`${path}/device/of_node/name`)?.replace(/[\0\s]+$/, '');
    const name = node ?? directory.slice(directory.indexOf('.') + 1);
    return gpuName.test(name) || directory.startsWith('gpu-gpc-');
  });
  if (device === undefined && loadPercent === null) return null;
  const files: Directory = device?.files ?? new Map();
  return {
    currentHz: numberIn(files, 'cur_freq'),
    minHz: numberIn(files, 'min_freq'),
    maxHz: numberIn(files, 'max_freq'),
    governor: wordIn(files, 'governor'),
    loadPercent,
  };
}

/** Tenths of a percent, of this moment. */
function gpuLoad(tree: SnapshotTree): number | null {
  const directories = tree.matching(/\/(?:gpu\.0|17000000\.\w{1,16})$/);
  const loads = directories.map(({ files }) => numberIn(files, 'load'));
  const load = loads.find((value) => value !== null && value >= 0 && value <= 1000);
  return load === undefined || load === null ? null : load / 10;
}

/** As jtop tells it: every clock has one frequency to choose from. */
function arePinned(clocks: readonly Clock[]): boolean | null {
  const known = clocks.filter(({ minHz, maxHz }) => minHz !== null && maxHz !== null);
  return known.length === 0 ? null : known.every(({ minHz, maxHz }) => minHz === maxHz);
}

/** JetPack 5 answers -256 °C for what is powered down, JetPack 6 an error. */
const POWERED_DOWN_MILLI_C = -250_000;

function temperatures(tree: SnapshotTree): Temperature[] {
  return tree.matching(/\/thermal_zone\d{1,4}$/).flatMap(({ files }) => {
    const zone = zoneName(wordIn(files, 'type') ?? '');
    const milliC = numberIn(files, 'temp');
    // The PMIC's zone is a constant, 50 or 100 °C.
    if (zone === '' || zone.startsWith('pmic') || milliC === null) return [];
    if (milliC <= POWERED_DOWN_MILLI_C) return [];
    return [
      {
        zone,
        celsius: milliC / 1000,
        passiveC: tripPoint(files, 'passive'),
        criticalC: tripPoint(files, 'critical'),
      },
    ];
  });
}

function coolingDevices(tree: SnapshotTree): CoolingDevice[] {
  return tree.matching(/\/cooling_device\d{1,4}$/).flatMap(({ files }) => {
    const type = wordIn(files, 'type');
    const state = numberIn(files, 'cur_state');
    return type === null || state === null ? [] : [{ type, state }];
  });
}

function zoneName(type: string): string {
  return type.toLowerCase().replace(/[-_]therm(?:al)?$/, '');
}

/** The lowest trip point of that type. */
function tripPoint(files: Directory, type: string): number | null {
  const celsius = [...files.keys()].flatMap((name) => {
    const point = /^trip_point_(\d{1,3})_type$/.exec(name)?.[1];
    if (point === undefined || wordIn(files, name) !== type) return [];
    const milliC = numberIn(files, `trip_point_${point}_temp`);
    return milliC === null || milliC <= 0 ? [] : [milliC / 1000];
  });
  return celsius.length === 0 ? null : Math.min(...celsius);
}

function fan(tree: SnapshotTree): JetsonState['fan'] {
  const [pwmFan] = tree.hwmon('pwmfan');
  const [tachometer] = tree.hwmon('pwm_tach');
  const pwm =
    (pwmFan && numberIn(pwmFan, 'pwm1')) ??
    wholeNumber(tree.text('/sys/devices/pwm-fan/target_pwm'));
  const rpm = tachometer ? numberIn(tachometer, 'rpm') : null;
  return pwm === null && rpm === null ? null : { pwm, rpm };
}
