import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { EventOf, JournalEvent, JournalKind } from '../../agent/contract/events.ts';
import type { Cell, Effort, Plan } from '../../agent/contract/plan.ts';
import { segmentFile } from '../../agent/contract/run-files.ts';
import { PROTOCOL_VERSION } from '../../agent/contract/version.ts';
import { decodeLine } from '../../agent/contract/wire.ts';
import { makeMarkedBase } from './marked-base.ts';

/** A model as tests hand it in: its bytes by file name, and which of them is the model. */
export interface TestModel {
  readonly id: string;
  readonly main: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

export interface TestRun {
  readonly directory: string;
  readonly pid: number;
  /** Resolves with the supervisor's exit code. */
  readonly exit: Promise<number | null>;
  /** Whole events written so far; throws when a line is none. */
  events(): readonly JournalEvent[];
  /** Polls until `find` gives something. */
  until<T>(find: (events: readonly JournalEvent[]) => T | undefined): Promise<T>;
}

export function ofKind<K extends JournalKind>(
  events: readonly JournalEvent[],
  kind: K,
): readonly EventOf<K>[] {
  return events.filter((event): event is EventOf<K> => event.kind === kind);
}

export interface StartOptions {
  /** Command words before the agent's own. */
  readonly words?: readonly string[];
  /** Where the agent looks for programs, and nowhere else. */
  readonly searchPath?: string | undefined;
  /** Words after the run directory: `--wait 10`. */
  readonly options?: readonly string[];
  /** The user to whom the run belongs: files below another base directory. */
  readonly basePath?: string;
  /** Further environment of the agent. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Enough for a real measurement in a second or two. */
export const shortEffort: Effort = {
  name: 'custom',
  minBlocks: 2,
  maxBlocks: 2,
  processBudgetMs: 600,
  warmUp: { minIterations: 5, minMs: 50, capMs: 200, capShare: 0.3 },
  minIterations: 20,
  maxIterations: 200,
  precision: 0.01,
  totalBudgetMs: null,
  imagesPerPass: null,
};

/** A directory tree as it is on a board, with the agent as it is pushed, on this machine. */
export class TestBoard {
  readonly path = mkdtempSync(join(tmpdir(), 'orin-remote-board-'));
  /** As a probe leaves it where ORIN_REMOTE_DIR is `path`. */
  readonly basePath = join(this.path, 'orin-remote');
  readonly homePath = join(this.path, 'home');
  readonly runtimePath = join(this.path, 'runtime');
  /** Tells it from the other boards that this machine is. */
  readonly lockScope = `test-${this.path.slice(-6)}`;
  readonly #supervisors = new Set<ChildProcess>();
  #runs = 0;

  /** Bundles the agent and lays ONNX Runtime beside it. */
  async install(): Promise<void> {
    makeMarkedBase(this.basePath);
    mkdirSync(this.homePath);
    await build({
      entryPoints: [resolve('agent/main.ts')],
      bundle: true,
      external: ['onnxruntime-node', 'onnxruntime-node/*'],
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      outfile: join(this.runtimePath, 'agent.cjs'),
      define: { __ORIN_REMOTE_VERSION__: '"0.0.0-test"' },
      logLevel: 'error',
    });
    mkdirSync(join(this.runtimePath, 'node_modules'));
    for (const name of ['onnxruntime-node', 'koffi', '@koromix']) {
      symlinkSync(resolve('node_modules', name), join(this.runtimePath, 'node_modules', name));
    }
  }

  /**
   * Kills supervisors that a failed test left: the next one wants the board. Their workers follow.
   */
  stopAll(): void {
    for (const supervisor of this.#supervisors) supervisor.kill('SIGKILL');
  }

  remove(): void {
    this.stopAll();
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Puts bytes into the store and gives their SHA-256. */
  store(bytes: Uint8Array): string {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const directory = join(this.basePath, 'store/sha256', sha256.slice(0, 2));
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, sha256), bytes);
    return sha256;
  }

  plan(models: readonly TestModel[], cells: readonly Cell[], changes: Partial<Plan> = {}): Plan {
    const ids = cells.map(({ id }) => id);
    const effort = changes.effort ?? shortEffort;
    this.#runs += 1;
    return {
      protocol: PROTOCOL_VERSION,
      runId: `run-${this.#runs}`,
      createdUtc: '2026-01-01T00:00:00.000Z',
      owner: 'tester@here',
      seed: 1,
      models: models.map(({ id, main, files }) => ({
        id,
        name: id,
        main,
        files: Object.entries(files).map(([path, bytes]) => ({
          path,
          sha256: this.store(bytes),
          sizeBytes: bytes.length,
        })),
      })),
      cells: [...cells],
      order: Array.from({ length: effort.maxBlocks }, (_, block) =>
        block % 2 === 0 ? ids : ids.toReversed(),
      ),
      effort,
      telemetry: 'off',
      placement: false,
      context: {},
      ...changes,
    };
  }

  /** Starts the supervisor as the workstation does: in its own session, nobody listening. */
  start(plan: unknown, options: StartOptions = {}): TestRun {
    const { words = [], searchPath, basePath = this.basePath } = options;
    const { runId = 'unnamed', segment = 1 } = plan as { runId?: string; segment?: number };
    const directory = join(basePath, 'runs', runId);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, segmentFile('plan.json', segment)), JSON.stringify(plan));
    const agent = join(this.runtimePath, 'agent.cjs');
    const supervise = ['supervise', directory, ...(options.options ?? [])];
    const [program = '', ...rest] = [...words, process.execPath, agent, ...supervise];
    const log = openSync(join(directory, 'agent.log'), 'w');
    const child = spawn(program, rest, {
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env.PATH,
        ...(searchPath !== undefined && { ORIN_REMOTE_PATH: searchPath }),
        HOME: this.homePath,
        ORIN_REMOTE_LOCK: this.lockScope,
        ...options.environment,
      },
    });
    closeSync(log);
    this.#supervisors.add(child);
    const exit = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    child.once('exit', () => this.#supervisors.delete(child));
    const events = () => readJournal(directory, segment);
    return { directory, pid: child.pid ?? 0, exit, events, until: (find) => poll(events, find) };
  }
}

/** All whole lines of a run's journal; throws when one is no event. */
export function readJournal(directory: string, segment = 1): readonly JournalEvent[] {
  const path = join(directory, segmentFile('journal.ndjson', segment));
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const decoded = decodeLine(line);
    if (!decoded.ok) throw new Error(`${decoded.problem}: ${line.slice(0, 200)}`);
    return decoded.event;
  });
}

async function poll<T>(
  events: () => readonly JournalEvent[],
  find: (events: readonly JournalEvent[]) => T | undefined,
): Promise<T> {
  for (;;) {
    const found = find(events());
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
