import { OrinError } from '../errors.ts';
import type { Link } from '../link/link.ts';
import { sshWords } from '../reach/config/target-name.ts';
import { lastBytes } from '../shell/marked-output.ts';
import { runScript } from '../shell/run-script.ts';
import { jetpackOf, l4tRelease, powerMode } from '../telemetry/jetson.ts';
import { cpuFacts } from './cpu-facts.ts';
import type { BoardFacts } from './facts.ts';
import { holdersOf } from './holders.ts';
import { noBaseDirectory } from './no-base-directory.ts';
import { type OnBoard, readOnBoard } from './on-board.ts';
import { type ProbeAnswer, readAnswer, wholeNumber } from './probe-answer.ts';
import { probedTools, probeScript } from './probe-script.ts';
import { neededTools } from './try-tools.ts';

/** All that one probe learned: the board, and what of ours is on it. */
export interface Probe extends OnBoard {
  readonly facts: BoardFacts;
}

/** The workstation's clock around the probe, Unix milliseconds. */
export interface ProbeTimes {
  readonly sentMs: number;
  readonly receivedMs: number;
}

/**
 * Learns everything about a board in one command: one exec, one script, no tool beyond coreutils.
 * It creates the base directory and nothing else.
 * @throws OrinError `base-refused` where ORIN_REMOTE_DIR names a place that cannot be used,
 *   `no-base-directory` with the reason for each place tried, `remote-command` when the answer is
 *   no probe's, and what `runScript` throws.
 */
export async function probeBoard(
  link: Link,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Probe> {
  const sentMs = Date.now();
  const { output, stderr } = await runScript(link, probeScript(), {
    step: `probe ${link.board}`,
    maxOutputBytes: 16 * 1024 * 1024,
    ...(options.signal && { signal: options.signal }),
  }).catch(async (error: unknown) => {
    throw (await shProblem(link, error, options.signal)) ?? error;
  });
  const probe = readProbe(output, { sentMs, receivedMs: Date.now() });
  if (!probe) {
    throw new OrinError({
      code: 'remote-command',
      what: `probe of ${link.board} came back incomplete`,
      why: stderr || 'the shell on the board stopped before the end of the script',
      next: `try \`ssh ${sshWords(link.board)} uname -a\``,
      board: link.board,
    });
  }
  if (!probe.facts.base.path) throw noBaseDirectory(link.board, probe.facts);
  return probe;
}

/**
 * An account that runs commands, but whose `sh` cannot read our script: the answer to a word says
 * so.
 */
async function shProblem(
  link: Link,
  error: unknown,
  signal?: AbortSignal,
): Promise<OrinError | null> {
  if (!(error instanceof OrinError) || error.code !== 'forced-command') return null;
  const process = await link.start('sh -c "echo orin-remote-asks"', signal);
  process.stdin.end();
  process.stderr.resume();
  const said = await lastBytes(process.stdout, 4096);
  await process.exit;
  if (!said.includes('orin-remote-asks')) return null;
  return new OrinError({
    code: 'unsupported-board',
    what: `sh of ${link.board} is no POSIX shell`,
    why: error.why ?? 'it runs a single command, and not our script',
    next: 'on the board: have sh on the PATH be dash, bash or BusyBox ash',
    board: link.board,
    cause: error,
  });
}

/** What a probe printed as facts; null when it did not print all of it. */
export function readProbe(output: string, times: ProbeTimes): Probe | null {
  const answer = readAnswer(output);
  const machine = answer.first('machine');
  const clock = clockOffset(answer.all('clock'), times);
  if (!machine || !clock || answer.first('complete') !== '1') return null;
  return { facts: readFacts(answer, machine, clock), ...readOnBoard(answer) };
}

function readFacts(answer: ProbeAnswer, machine: string, clock: BoardFacts['clock']): BoardFacts {
  const l4t = l4tRelease(answer.first('tegra'), answer.first('l4tcore'));
  const bootId = bootIdOf(answer.first('boot'));
  return {
    machine,
    platform: platformOf(answer, machine),
    kernel: answer.first('kernel') ?? '',
    os: osName(answer),
    libc: libcOf(answer.first('libc')),
    model: answer.first('model'),
    l4t,
    jetpack: jetpackOf(l4t),
    powerMode: powerMode(answer.first('pmode'), answer.all('nvpmodel')),
    bootId,
    hostname: answer.first('hostname') ?? '',
    user: answer.first('user') ?? '',
    cpu: cpuFacts(answer),
    memory: {
      totalBytes: memoryBytes(answer, 'MemTotal'),
      availableBytes: memoryBytes(answer, 'MemAvailable'),
    },
    irqRecord: irqRecordOf(answer),
    hasTemperature: answer.first('thermal') === '1',
    uptimeS: firstFloat(answer.first('uptime')),
    load1: firstFloat(answer.first('load')),
    clock,
    base: {
      path: basePath(answer.first('base')),
      ...freeRoom(answer.first('free')),
      isNamed: answer.first('named') === '1',
      trouble: answer.first('trouble')?.slice(0, 200) ?? null,
      rejected: answer.all('reject').slice(0, 8).flatMap(rejection),
    },
    tools: toolPaths(answer.all('tool')),
    broken: answer.all('broken').filter((name) => name === '/proc' || name in neededTools),
    ...holdersOf(answer, bootId, clock),
  };
}

function platformOf(answer: ProbeAnswer, machine: string): BoardFacts['platform'] {
  // A 64-bit kernel may carry a 32-bit userland, which cannot load a 64-bit program's libraries.
  if (answer.first('system') !== 'Linux' || answer.first('bits') === '32') return null;
  if (machine === 'aarch64') return 'linux-arm64';
  return machine === 'x86_64' ? 'linux-x64' : null;
}

function osName(answer: ProbeAnswer): string | null {
  const pretty = /^PRETTY_NAME="?([^"]+)"?$/.exec(answer.first('os') ?? '')?.[1];
  return pretty ?? answer.first('system');
}

function libcOf(text: string | null): BoardFacts['libc'] {
  if (/musl/i.test(text ?? '')) return { name: 'musl', version: null };
  if (!/glibc|gnu libc|ldd \(/i.test(text ?? '')) return { name: 'unknown', version: null };
  return { name: 'glibc', version: /(\d{1,2}\.\d{1,3})\s*$/.exec(text ?? '')?.[1] ?? null };
}

/**
 * As the kernel writes it (random(4), boot_id); it goes into scripts and records, where nothing
 * else must.
 */
export function bootIdOf(text: string | null): string {
  return text !== null && /^[0-9a-f-]{1,64}$/.test(text) ? text : '';
}

function irqRecordOf(answer: ProbeAnswer): { bootId: string; isGuarded: boolean } | null {
  const bootId = /^boot ([0-9a-f-]{1,64})$/.exec(answer.first('irqrecord') ?? '')?.[1];
  return bootId ? { bootId, isGuarded: answer.first('irqguard') === '1' } : null;
}

function memoryBytes(answer: ProbeAnswer, name: string): number {
  const line = answer.all('memory').find((entry) => entry.startsWith(`${name}:`));
  return (wholeNumber(/:\s*(\d+) kB/.exec(line ?? '')?.[1]) ?? 0) * 1024;
}

function firstFloat(text: string | null): number {
  const value = Number.parseFloat(text ?? '');
  return Number.isFinite(value) && value >= 0 ? value : 0;
}

/**
 * The four-timestamp rule of NTP (RFC 5905 §8): the board's own time between its two stamps drops
 * out.
 */
function clockOffset(stamps: readonly string[], times: ProbeTimes): BoardFacts['clock'] | null {
  // A `date` without %N leaves whole seconds, and its letters behind the dot.
  const [first, last] = [stamps[0], stamps.at(-1)].map((stamp) => {
    const match = /^(\d{1,12})\.(\d{1,9})?/.exec(stamp ?? '');
    return match ? { ms: Number(`${match[1]}.${match[2] ?? 0}`) * 1000, isFine: !!match[2] } : null;
  });
  if (!first || !last || last.ms < first.ms) return null;
  const offsetMs = (first.ms - times.sentMs + (last.ms - times.receivedMs)) / 2;
  const errorMs = times.receivedMs - times.sentMs - (last.ms - first.ms);
  return {
    offsetMs: Math.round(offsetMs),
    errorMs: Math.max(1, Math.ceil(errorMs)) + (first.isFine ? 0 : 2000),
  };
}

/** Only paths that every later script can put between double quotes. */
function basePath(text: string | null): string {
  return text && /^\/[A-Za-z0-9/._@+,=: -]{1,400}$/.test(text) ? text : '';
}

/**
 * Free blocks, their size, free inodes and all inodes: `stat -f`. A file system without a table of
 * inodes has 0 of 0.
 */
function freeRoom(text: string | null): Pick<BoardFacts['base'], 'freeBytes' | 'freeFiles'> {
  const [blocks, blockSize, freeFiles, files] = (text ?? '').split(' ').map(wholeNumber);
  return {
    freeBytes: (blocks ?? 0) * (blockSize ?? 0),
    freeFiles: files ? (freeFiles ?? 0) : null,
  };
}

function rejection(text: string): { path: string; reason: string }[] {
  const match = /^(.{1,400}?): (.{1,200})$/.exec(text);
  return match ? [{ path: match[1] ?? '', reason: match[2] ?? '' }] : [];
}

function toolPaths(lines: readonly string[]): Readonly<Record<string, string>> {
  const tools: Record<string, string> = {};
  for (const line of lines) {
    const match = /^([a-z0-9-]{1,20}) (\/[^\s"$`'!\\]{1,300})$/.exec(line);
    const name = probedTools.find((tool) => tool === match?.[1]);
    if (name && match?.[2]) tools[name] = match[2];
  }
  return tools;
}
