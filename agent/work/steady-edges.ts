import { statSync } from 'node:fs';
import type { WorkerEvent } from '../channel/messages.ts';
import type { EngineSession } from '../engine/engine.ts';
import { mappedLibraries } from '../proc/mapped-libraries.ts';
import type { Clock } from '../process/clock.ts';
import { EdgeReader } from './edge-reader.ts';
import type { EngineWatch } from './engine-watch.ts';
import { type LabelScore, summariseOutputs } from './outputs.ts';
import type { Reporter } from './reporter.ts';
import type { ThreadWatch } from './thread-watch.ts';

/** What is read at the edges of the steady part, kept until the last iteration is done. */
export class SteadyEdges {
  readonly #session: EngineSession;
  readonly #threads: ThreadWatch;
  readonly #engines: EngineWatch;
  readonly #clock: Clock;
  readonly #reporter: Reporter;
  readonly #edges: EdgeReader;
  readonly #namedInode: number | null;
  #outputs: ReturnType<typeof summariseOutputs> = [];
  #threadTimes: WorkerEvent | null = null;

  constructor(
    session: EngineSession,
    watches: { readonly threads: ThreadWatch; readonly engines: EngineWatch },
    context: {
      readonly clock: Clock;
      readonly reporter: Reporter;
      readonly rootPath: string;
      /** The library that the cell names. */
      readonly ortLibrary: string | null;
    },
  ) {
    this.#session = session;
    this.#threads = watches.threads;
    this.#engines = watches.engines;
    this.#clock = context.clock;
    this.#reporter = context.reporter;
    const named = context.ortLibrary;
    this.#namedInode =
      named === null ? null : (statSync(named, { throwIfNoEntry: false })?.ino ?? null);
    this.#edges = new EdgeReader(context.clock, context.rootPath);
  }

  firstIteration(): void {
    this.#reporter.phase('first-iteration', { engineBuilt: this.#engines.hasBuilt() });
    this.#outputs = summariseOutputs(this.#session.outputs());
    // Some libraries of a GPU are loaded by the first operator that needs them.
    this.#reporter.mapped(mappedLibraries('self', this.#namedInode));
  }

  /** Called between iterations; the last thing before the first steady one. */
  begin(): void {
    this.#reporter.phase('steady');
    this.#threads.begin(this.#clock.now_ns());
    this.#edges.snap('steady-start');
  }

  /** Called right after the last steady iteration. */
  end(): void {
    this.#edges.snap('steady-end');
    this.#threadTimes = this.#threads.end(this.#clock.now_ns());
  }

  /** Sends all of it. */
  report(score: LabelScore | null): void {
    for (const edge of this.#edges.events()) this.#reporter.event(edge);
    if (this.#threadTimes) this.#reporter.event(this.#threadTimes);
    this.#reporter.event({
      kind: 'output',
      t_ns: this.#clock.now_ns(),
      outputs: this.#outputs,
      labels: score?.result() ?? null,
    });
  }
}
