import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expand } from '../sample/board-files.ts';

/** A zone of the kernel's and what it tells now. */
export interface ZoneTemperature {
  readonly zone: string;
  readonly milliC: number;
}

interface Zone {
  readonly name: string;
  readonly path: string;
}

/** What no chip that answers has: JetPack 5 tells -256 °C of a zone that is powered down. */
const plausibleMilliC = { min: -40_000, max: 150_000 };

/**
 * How hot the chip is: Jetson's junction zone `tj`, which is the hottest of the others; elsewhere
 * the package of an x86 processor, else the hottest zone that tells anything. The PMIC's is a
 * constant.
 */
export class SocTemperature {
  readonly #zones: readonly Zone[];

  /** `rootPath` is `/`, but in tests. */
  constructor(rootPath: string) {
    const zones = expand(rootPath, '/sys/class/thermal/thermal_zone*').flatMap((path): Zone[] => {
      const name =
        textOf(join(rootPath, path, 'type'))
          ?.trim()
          .toLowerCase() ?? '';
      if (name === '' || name.startsWith('pmic')) return [];
      return [{ name, path: join(rootPath, path, 'temp') }];
    });
    const junction = zones.filter(({ name }) => /^(tj|x86_pkg_temp)\b/.test(name));
    const telling = junction.filter((zone) => readZone(zone) !== null);
    this.#zones = telling.length > 0 ? telling : zones;
  }

  /** Null where nothing tells. */
  read(): ZoneTemperature | null {
    const told = this.#zones.flatMap((zone) => readZone(zone) ?? []);
    return told.reduce<ZoneTemperature | null>(
      (hottest, each) => (hottest === null || each.milliC > hottest.milliC ? each : hottest),
      null,
    );
  }
}

function readZone({ name, path }: Zone): ZoneTemperature | null {
  const text = textOf(path)?.trim() ?? '';
  const milliC = /^-?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  const isPlausible = milliC >= plausibleMilliC.min && milliC <= plausibleMilliC.max;
  return isPlausible ? { zone: name.slice(0, 64), milliC } : null;
}

/** Null for what is not there or not told: a sensor that is powered down answers EAGAIN. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
