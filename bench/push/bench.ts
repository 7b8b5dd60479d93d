import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type Probe, probeBoard } from '../../host/board/probe.ts';
import type { Link } from '../../host/link/link.ts';
import { openPacker } from '../../host/store/push/packer.ts';
import { type PushReport, push } from '../../host/store/push/push.ts';
import type { StoreFile } from '../../host/store/push/store-file.ts';
import { storedPath } from '../../host/store/push/upload-script.ts';
import { connectThrough } from '../../test/support/far-link.ts';
import type { RelayOptions } from '../../test/support/relay.ts';
import type { Sshd } from '../../test/support/sshd.ts';
import { smallRuntime } from '../../test/support/store-files.ts';

export interface Place {
  readonly sshd: Sshd;
  readonly directory: string;
}

/** One way to the board. */
export interface Route {
  readonly port: number;
  readonly roundTripMs: number;
  connect(): Promise<Link>;
}

export interface PairResult {
  readonly oursMs: readonly number[];
  readonly scpMs: readonly number[];
  readonly probeMs: readonly number[];
}

export function direct({ sshd }: Place): Route {
  return { port: sshd.port, roundTripMs: 0, connect: () => sshd.connect() };
}

/** Runs `work` with a route through a relay that lives in a process of its own. */
export async function throughRelay<T>(
  { sshd }: Place,
  options: Omit<RelayOptions, 'port'>,
  work: (route: Route) => Promise<T>,
): Promise<T> {
  const child = fork(new URL('./relay-process.ts', import.meta.url));
  child.send({ ...options, port: sshd.port });
  const [port] = (await once(child, 'message')) as [number];
  const roundTripMs = 2 * (options.delayMs ?? 0);
  try {
    return await work({
      port,
      roundTripMs,
      connect: () => connectThrough(sshd, port, roundTripMs),
    });
  } finally {
    child.disconnect();
  }
}

/**
 * Pairs of a push and an `scp` of the same file, in turns, each with a connection of its own: from
 * connecting to the file verified in the store, on a board that was probed before and has the
 * (small) runtime. The probe, which `scp` has no counterpart of, is timed apart.
 */
export async function pairs(
  place: Place,
  route: Route,
  file: StoreFile & { readonly source: { readonly kind: 'path'; readonly path: string } },
  count: number,
  boardTools: (tools: Probe['facts']['tools']) => Probe['facts']['tools'] = (tools) => tools,
): Promise<PairResult> {
  const target = `${place.directory}/scp-target`;
  const link = await route.connect();
  const probeMs: number[] = [];
  for (let round = 0; round < count; round += 1) {
    probeMs.push(await timed(async () => void (await probeBoard(link))));
  }
  const found = await probeBoard(link);
  await link.end();
  const tools = boardTools(found.facts.tools);
  const probe = { ...found, facts: { ...found.facts, tools } };
  const ours = async () => {
    const ms = await timed(async () => {
      const fresh = await route.connect();
      await pushFile(place, fresh, probe, file);
      await fresh.end();
    });
    rmSync(storedPath(probe.facts.base.path, file.sha256));
    return ms;
  };
  const scp = async () => {
    const ms = await timed(() => runScp(place, route, file.source.path, target));
    rmSync(target);
    return ms;
  };
  // The first of each warms caches and code, and is not counted.
  await ours();
  await scp();
  const oursMs: number[] = [];
  const scpMs: number[] = [];
  for (let pair = 0; pair < count; pair += 1) {
    if (pair % 2 === 0) oursMs.push(await ours());
    scpMs.push(await scp());
    if (pair % 2 === 1) oursMs.push(await ours());
  }
  return { oursMs, scpMs, probeMs };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

async function pushFile(
  place: Place,
  link: Link,
  probe: Probe,
  file: StoreFile,
): Promise<PushReport> {
  return push(link, probe, {
    files: [file],
    runtime: smallRuntime(),
    keepBytes: 1e12,
    packer: openPacker(`${place.directory}/cache`),
    signal: AbortSignal.timeout(300_000),
    onProgress: () => {},
  });
}

export interface Pushed {
  readonly report: PushReport;
  readonly traffic: { readonly sentBytes: number; readonly receivedBytes: number };
}

/** Connects, probes, pushes, and says what went over the wire after the connection was ready. */
export async function pushOnce(place: Place, route: Route, file: StoreFile): Promise<Pushed> {
  const link = await route.connect();
  try {
    const before = { ...link.traffic };
    const report = await pushFile(place, link, await probeBoard(link), file);
    const traffic = {
      sentBytes: link.traffic.sentBytes - before.sentBytes,
      receivedBytes: link.traffic.receivedBytes - before.receivedBytes,
    };
    return { report, traffic };
  } finally {
    await link.end();
  }
}

async function runScp({ sshd }: Place, route: Route, from: string, target: string): Promise<void> {
  const args = ['-q', '-F', sshd.configFile, '-P', String(route.port), from, `board:${target}`];
  const child = spawn('scp', args, { stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`scp ended with status ${code}`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
