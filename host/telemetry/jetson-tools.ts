import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { Clock } from './jetson-state.ts';

/** What `jetson_clocks --show` prints; it needs root. */
export interface JetsonClocks {
  readonly machine: string | null;
  readonly cpus: ReadonlyMap<number, Clock & { readonly isOnline: boolean }>;
  readonly gpu: Clock | null;
  readonly memory: Clock | null;
  readonly powerMode: string | null;
}

const MAX_LINES = 2048;
const MAX_CPUS = 1024;

/** Reads the output of `jetson_clocks --show`, JetPack 4 to 7. Lines of other kinds are passed over. */
export function parseJetsonClocks(text: string): JetsonClocks {
  const lines = text
    .slice(0, 256 * 1024)
    .split('\n', MAX_LINES)
    .map((line) => cleanLine(line, 500));
  const cpus = new Map<number, Clock & { readonly isOnline: boolean }>();
  for (const line of lines) {
    const cpu = /^cpu(\d{1,4}):/.exec(line)?.[1];
    if (cpu === undefined || cpus.size >= MAX_CPUS) continue;
    cpus.set(Number(cpu), { ...clockOf(line, 1000), isOnline: !/\bOnline=0\b/.test(line) });
  }
  const clockAfter = (name: string) => {
    const line = lines.find((each) => each.startsWith(`${name} `));
    return line === undefined ? null : clockOf(line, 1);
  };
  return {
    machine: firstMatch(lines, /Machine: ?(.+)$/),
    cpus,
    gpu: clockAfter('GPU'),
    memory: clockAfter('EMC'),
    powerMode: firstMatch(lines, /^NV Power Mode: (.+)$/),
  };
}

/** `nvpmodel -q`: the mode's name, and its id on a line of its own. */
export function parseNvpmodelQuery(
  text: string,
): { readonly name: string; readonly id: number | null } | null {
  const lines = text
    .slice(0, 4096)
    .split('\n')
    .map((line) => cleanLine(line, 120));
  const name = firstMatch(lines, /^NV Power Mode: ?(.+)$/);
  if (name === null) return null;
  const id = lines.find((line) => /^\d{1,4}$/.test(line));
  return { name, id: id === undefined ? null : Number(id) };
}

/** CPUs are printed in kHz, everything else in Hz. */
function clockOf(line: string, unitHz: number): Clock {
  const hz = (name: string) => {
    const value = new RegExp(`\\b${name}=(\\d{1,15})\\b`).exec(line)?.[1];
    return value === undefined ? null : Number(value) * unitHz;
  };
  return {
    currentHz: hz('CurrentFreq'),
    minHz: hz('MinFreq'),
    maxHz: hz('MaxFreq'),
    governor: /\bGovernor=(\S{1,40})/.exec(line)?.[1] ?? null,
  };
}

function firstMatch(lines: readonly string[], pattern: RegExp): string | null {
  for (const line of lines) {
    const match = pattern.exec(line)?.[1];
    if (match !== undefined) return match.trim();
  }
  return null;
}
