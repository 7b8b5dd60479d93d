/**
 * JetPack by L4T release: NVIDIA's release notes as collected by jetson_stats. Ranges of the last
 * number share a JetPack where NVIDIA reissued a release.
 */
const jetpackOfL4t: Readonly<Record<string, string>> = {
  '32.6.1': '4.6',
  '32.7.1': '4.6.1',
  '32.7.2': '4.6.2',
  '32.7.3': '4.6.3',
  '32.7.4': '4.6.4',
  '32.7.5': '4.6.5',
  '32.7.6': '4.6.6',
  '34.1.1': '5.0.1 DP',
  '35.1.0': '5.0.2',
  '35.2.1': '5.1',
  '35.3.1': '5.1.1',
  '35.4.1': '5.1.2',
  '35.5.0': '5.1.3',
  '35.6.0': '5.1.4',
  '35.6.1': '5.1.5',
  '35.6.2': '5.1.5',
  '35.6.3': '5.1.5',
  '35.6.4': '5.1.6',
  '36.2.0': '6.0 DP',
  '36.3.0': '6.0',
  '36.4.0': '6.1',
  '36.4.3': '6.2',
  '36.4.4': '6.2.1',
  '36.4.7': '6.2.1',
  '36.5.0': '6.2.2',
  '38.4.0': '7.1',
  '39.2.0': '7.2',
  '39.2.1': '7.2.1',
};
const jetpackOfMajor: Readonly<Record<string, string>> = {
  '32': '4.x',
  '34': '5.x',
  '35': '5.x',
  '36': '6.x',
  '38': '7.x',
  '39': '7.x',
};

/**
 * The JetPack of an L4T release: `36.4.4` is `6.2.1`; an unlisted release gives its major, `6.x`.
 */
export function jetpackOf(l4t: string | null): string | null {
  if (!l4t) return null;
  if (/^38\.2(\.|$)/.test(l4t)) return '7.0';
  const [major = ''] = l4t.split('.');
  return jetpackOfL4t[l4t] ?? jetpackOfMajor[major] ?? null;
}

/**
 * The L4T release from the first line of /etc/nv_tegra_release (`# R36 (release), REVISION: 4.4, …`
 * is `36.4.4`), else from the version of the package nvidia-l4t-core (`36.4.4-20250616085344`).
 */
export function l4tRelease(tegraRelease: string | null, corePackage: string | null): string | null {
  const line = /R(\d{1,3})\b.*?REVISION:\s*(\d{1,3}(?:\.\d{1,3}){0,2})/.exec(tegraRelease ?? '');
  if (line) return `${line[1]}.${line[2]}`;
  return /^(\d{1,3}(?:\.\d{1,3}){1,2})(?:-|$)/.exec(corePackage ?? '')?.[1] ?? null;
}

/**
 * The power mode's name from /var/lib/nvpmodel/status (`pmode:0002`) and the POWER_MODEL lines of
 * /etc/nvpmodel.conf. A board that was never set has no status: then nvpmodel applies PM_CONFIG's
 * default at boot, and the name says so. Ids are in no order, so a mode without a name is `mode 2`.
 */
export function powerMode(status: string | null, conf: readonly string[]): string | null {
  const names = new Map<number, string>();
  let defaultId: number | null = null;
  for (const line of conf) {
    const model = /POWER_MODEL\s+ID=(\d{1,3})\s+NAME=([^\s>]{1,40})/.exec(line);
    if (model) names.set(Number(model[1]), model[2] ?? '');
    const config = /PM_CONFIG\s+DEFAULT=(\d{1,3})/.exec(line);
    if (config) defaultId = Number(config[1]);
  }
  const set = /^pmode:(\d{1,4})/.exec(status ?? '');
  if (set) return names.get(Number(set[1])) ?? `mode ${Number(set[1])}`;
  const name = defaultId === null ? undefined : names.get(defaultId);
  return name ? `${name} (default)` : null;
}

// `CPU implementer` and `CPU part` of /proc/cpuinfo (MIDR_EL1); arm64 kernels print no model name.
const armCores: Readonly<Record<string, string>> = {
  '0x41:0xd07': 'Cortex-A57',
  '0x41:0xd08': 'Cortex-A72',
  '0x41:0xd0b': 'Cortex-A76',
  '0x41:0xd42': 'Cortex-A78AE',
  '0x41:0xd83': 'Neoverse-V3AE',
  '0x4e:0x003': 'Denver 2',
  '0x4e:0x004': 'Carmel',
};

/**
 * The CPU's name from lines of /proc/cpuinfo: x86's own, or the Arm core that the ids stand for.
 */
export function cpuModel(lines: readonly string[]): string | null {
  const value = (name: string) =>
    lines
      .find((line) => line.startsWith(name))
      ?.split(':', 2)[1]
      ?.trim();
  const named = value('model name');
  if (named) return named;
  const core = armCores[`${value('CPU implementer')}:${value('CPU part')}`];
  return core ?? null;
}
