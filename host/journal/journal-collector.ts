import { cleanLine, cleanText } from '../../agent/contract/clean-text.ts';
import type { EventOf, JournalEvent } from '../../agent/contract/events.ts';
import { GrowableColumn } from './growable-column.ts';
import type { JournalData, ProcessData } from './journal-data.ts';
import type { JournalProblem } from './journal-problem.ts';
import { edgeSnapshot, TeleCollector } from './tele-collector.ts';

/** Memory has an end: iterations beyond this are counted as a problem, not kept. */
const MAX_ITERATIONS = 20_000_000;
/** Iterations with context switches or page faults, of which the result says more. */
const MAX_MARKED = 2_000_000;
const MAX_NOTICES = 1000;
const MAX_COLLECTIONS = 100_000;

type Finding = Pick<JournalProblem, 'kind' | 'text'>;
type Collected = Pick<
  JournalData,
  'hello' | 'processes' | 'cellEnds' | 'placements' | 'tele' | 'notices' | 'iterations' | 'lastT_ns'
>;
type ProcessEvent = Extract<JournalEvent, { readonly process: number }>;

/** Sorts events into what the result is computed from. */
export class JournalCollector {
  readonly #isLean: boolean;
  #hello: EventOf<'hello'> | null = null;
  readonly #processes = new Map<number, ProcessData>();
  readonly #cellEnds = new Map<string, EventOf<'cell'>['reason']>();
  readonly #placements = new Map<string, EventOf<'placement'>>();
  readonly #notices: (EventOf<'warn'> | EventOf<'error'>)[] = [];
  readonly #tele = new TeleCollector();
  #iterations = 0;
  #marked = 0;
  #lastT_ns = 0;

  /**
   * @param isLean forgets the values of a process once it has ended: memory then has the size of
   *   one process.
   */
  constructor(isLean = false) {
    this.#isLean = isLean;
  }

  get iterations(): number {
    return this.#iterations;
  }

  /** Notes that the board's clock got this far. */
  pass(t_ns: number): void {
    this.#lastT_ns = Math.max(this.#lastT_ns, t_ns);
  }

  /** Takes an event; gives what is wrong with it. */
  add(event: JournalEvent): readonly Finding[] {
    this.pass(event.t_ns);
    if (event.kind === 'hello') return this.#begin(event);
    if (this.#hello === null && event.kind !== 'error') {
      return [{ kind: 'out-of-place', text: `${event.kind} before hello` }];
    }
    switch (event.kind) {
      case 'cell':
        this.#cellEnds.set(event.cell, event.reason);
        return [];
      case 'placement':
        this.#placements.set(event.cell, event);
        return [];
      case 'warn':
      case 'error':
        if (this.#notices.length < MAX_NOTICES) this.#notices.push(event);
        return [];
      case 'process':
        return this.#startProcess(event);
      case 'tele':
        if (!this.#isLean) this.#tele.add(event);
        return [];
      case 'bye':
        return [];
      default:
        return this.#addToProcess(event);
    }
  }

  data(): Collected {
    return {
      hello: this.#hello,
      processes: [...this.#processes.values()],
      cellEnds: this.#cellEnds,
      placements: this.#placements,
      tele: this.#tele.data(),
      notices: this.#notices,
      iterations: this.#iterations,
      lastT_ns: this.#lastT_ns,
    };
  }

  #begin(event: EventOf<'hello'>): readonly Finding[] {
    if (this.#hello !== null) return [{ kind: 'out-of-place', text: 'a second hello' }];
    this.#hello = event;
    return [];
  }

  #startProcess(event: EventOf<'process'>): readonly Finding[] {
    if (this.#processes.has(event.process)) {
      return [{ kind: 'out-of-place', text: `process ${event.process} begins twice` }];
    }
    this.#processes.set(event.process, {
      process: event.process,
      cell: event.cell,
      block: event.block,
      spawn_ns: event.t_ns,
      cpusAllowed: cleanLine(event.cpusAllowed, 1024),
      scheduling: event.scheduling ?? null,
      variables: (event.variables ?? []).map((name) => cleanLine(name, 128)),
      cpusOnline: new Set(event.cpusOnline ? [cleanLine(event.cpusOnline, 1024)] : []),
      libraries: null,
      phases: new Map(),
      builtBefore: new Set(),
      ortVersion: null,
      iterations: noIterations(),
      collections: [],
      threads: null,
      start: null,
      end: null,
      output: null,
      trtexec: null,
      ended: null,
    });
    return [];
  }

  #addToProcess(event: Exclude<ProcessEvent, EventOf<'process'>>): readonly Finding[] {
    const process = this.#processes.get(event.process);
    if (process === undefined) {
      return [{ kind: 'out-of-place', text: `${event.kind} of unknown process ${event.process}` }];
    }
    switch (event.kind) {
      case 'phase':
        process.phases.set(event.phase, event.t_ns);
        if (event.engineBuilt) process.builtBefore.add(event.phase);
        if (event.ortVersion) process.ortVersion = cleanLine(event.ortVersion, 32);
        return [];
      case 'iter':
        return this.#addIterations(process, event);
      case 'tag':
        addCollection(process, event);
        return [];
      case 'threads':
        process.threads = event;
        return [];
      case 'edge':
        addEdge(process, event);
        return [];
      case 'mapped':
        process.libraries = event.libraries;
        return [];
      case 'output':
        process.output = event;
        return [];
      case 'trtexec':
        process.trtexec = event;
        return [];
      case 'process-end':
        process.ended = {
          ...event,
          message: cleanText(event.message, 4096),
          signal: event.signal === null ? null : cleanLine(event.signal),
        };
        if (this.#isLean) this.#forgetValues(process);
        return [];
    }
  }

  #forgetValues(process: ProcessData): void {
    const nothing = { collections: [], start: null, end: null, output: null, threads: null };
    this.#processes.set(process.process, { ...process, ...nothing, iterations: noIterations() });
  }

  #addIterations(process: ProcessData, event: EventOf<'iter'>): readonly Finding[] {
    const { start_ns, duration_ns, preempted, faults } = process.iterations;
    const findings: Finding[] = [];
    const count = event.dt_ns.length;
    if (this.#iterations + count > MAX_ITERATIONS) {
      return [{ kind: 'out-of-place', text: `more than ${MAX_ITERATIONS} iterations` }];
    }
    if (event.first !== duration_ns.length) {
      const text = `process ${process.process}: iteration ${event.first} follows ${duration_ns.length - 1}`;
      findings.push({ kind: 'gap', text });
    }
    const all_ns = event.dt_ns.reduce((sum, each, k) => sum + each + (event.gap_ns[k] ?? 0), 0);
    if (!Number.isSafeInteger(event.t0_ns + all_ns)) {
      const text = `process ${process.process}: iterations that no clock can time`;
      return [...findings, { kind: 'out-of-place', text }];
    }
    const base = duration_ns.length;
    let at_ns = event.t0_ns;
    event.dt_ns.forEach((duration, k) => {
      start_ns.push(at_ns);
      duration_ns.push(duration);
      at_ns += duration + (event.gap_ns[k] ?? 0);
    });
    this.#marked += event.preempted.length + event.faults.length;
    if (this.#marked > MAX_MARKED) {
      const text = `more than ${MAX_MARKED} iterations with faults or preemptions`;
      this.#iterations += count;
      return [...findings, { kind: 'out-of-place', text }];
    }
    for (const [index, switches] of event.preempted) {
      if (index < count) preempted.set(base + index, switches);
    }
    for (const [index, minor, major] of event.faults) {
      if (index < count) faults.set(base + index, { minor, major });
    }
    this.#iterations += count;
    return findings;
  }
}

function noIterations(): ProcessData['iterations'] {
  return {
    start_ns: new GrowableColumn(),
    duration_ns: new GrowableColumn(),
    preempted: new Map(),
    faults: new Map(),
  };
}

function addCollection(process: ProcessData, event: EventOf<'tag'>): void {
  if (process.collections.length >= MAX_COLLECTIONS) return;
  process.collections.push({
    start_ns: event.start_ns,
    end_ns: event.start_ns + event.duration_ns,
  });
}

function addEdge(process: ProcessData, event: EventOf<'edge'>): void {
  const snapshot = edgeSnapshot(event.t_ns, event);
  if (event.cpusOnline) process.cpusOnline.add(cleanLine(event.cpusOnline, 1024));
  if (event.edge === 'steady-start') process.start = snapshot;
  else process.end = snapshot;
}
