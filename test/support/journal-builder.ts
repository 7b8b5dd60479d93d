import { createHash } from 'node:crypto';
import type { Unnumbered, WrittenEvent, WrittenOf } from '../../agent/contract/events.ts';
import type { Cell, Plan } from '../../agent/contract/plan.ts';
import { PROTOCOL_VERSION } from '../../agent/contract/version.ts';
import { encodeEvent } from '../../agent/contract/wire.ts';
import { plainCell } from './cells.ts';

/** A cell of a test's plan; only what matters to the test needs saying. */
export function testCell(id: string, parts: Partial<Cell> = {}): Cell {
  return { ...plainCell(id, 'mlp-tiny'), ...parts };
}

/** A plan over these cells: five blocks, one percent. */
export function testPlan(cells: readonly Cell[], effort: Partial<Plan['effort']> = {}): Plan {
  return {
    protocol: PROTOCOL_VERSION,
    runId: '20261123-101500-3fa9c1',
    createdUtc: '2026-11-23T10:15:00.000Z',
    owner: 'someone@workstation',
    seed: 7,
    models: modelsOf(cells),
    cells: [...cells],
    order: [],
    effort: {
      name: 'default',
      minBlocks: 5,
      maxBlocks: 8,
      processBudgetMs: 10_000,
      warmUp: { minIterations: 10, minMs: 2000, capMs: 60_000, capShare: 0.3 },
      minIterations: 100,
      maxIterations: 5000,
      precision: 0.01,
      totalBudgetMs: null,
      imagesPerPass: null,
      ...effort,
    },
    telemetry: 'proc',
    placement: false,
    context: {},
  };
}

/** The models that the cells name, each of a content of its own. */
function modelsOf(cells: readonly Cell[]): Plan['models'] {
  return [...new Set(cells.map(({ model }) => model))].map((id) => {
    const path = `${id}.onnx`;
    const sha256 = createHash('sha256').update(id).digest('hex');
    return { id, name: id, main: path, files: [{ path, sha256, sizeBytes: id.length }] };
  });
}

export interface TestProcess {
  readonly cell: string;
  readonly block: number;
  /** All iterations, warm-up included, nanoseconds. */
  readonly durations_ns: readonly number[];
  readonly warmUp?: number;
  readonly cpusAllowed?: string;
  /** Release of ONNX Runtime that it ran. */
  readonly ortVersion?: string;
  readonly preempted?: readonly (readonly [number, number])[];
  readonly faults?: readonly (readonly [number, number, number])[];
  /** Iterations during which a garbage collection ran. */
  readonly collections?: readonly number[];
  readonly output?: WrittenOf<'output'>['outputs'];
  readonly labels?: WrittenOf<'output'>['labels'];
  readonly threads?: WrittenOf<'threads'>['threads'];
  /** /proc/stat at both edges of the steady part. */
  readonly stat?: readonly [string, string];
  /** All three files there, instead of `stat`. */
  readonly proc?: readonly [ProcTexts, ProcTexts];
  readonly end?: Partial<
    Omit<WrittenOf<'process-end'>, 'kind' | 'seq' | 't_ns' | 'process'>
  > | null;
}

type ProcTexts = Pick<WrittenOf<'edge'>, 'stat' | 'interrupts' | 'softirqs'>;

/** Between iterations lies a microsecond of ours. */
const GAP_NS = 1000;
const BATCH = 64;

/** Writes journals as the agent does, event by event, for tests. */
export class JournalBuilder {
  readonly #hash = createHash('sha256');
  readonly #lines: string[] = [];
  #t_ns = 0;
  #processes = 0;
  #iterations = 0;

  constructor(plan: Plan, bootId = 'boot', firstProcess = 0) {
    this.#processes = firstProcess;
    this.event({
      kind: 'hello',
      t_ns: 0,
      protocol: PROTOCOL_VERSION,
      agent: { version: '0.1.0', node: 'v24.11.1', pid: 100 },
      capabilities: [],
      runId: plan.runId,
      bootId,
      monotonicOrigin_ns: '1000',
      wallClockUtc: '1970-01-01T00:01:00.000Z',
      plan,
    });
  }

  /** Events written so far. */
  get events(): number {
    return this.#lines.length;
  }

  /** Where the run's time has got to. */
  get now_ns(): number {
    return this.#t_ns;
  }

  /** Lets time pass before the next process. */
  wait(ns: number): this {
    this.#t_ns += ns;
    return this;
  }

  event(event: Unnumbered): this {
    // The number is all that an unnumbered event lacks; spreading a union loses that.
    const line = encodeEvent({ ...event, seq: this.#lines.length } as WrittenEvent);
    this.#hash.update(line);
    this.#lines.push(line);
    return this;
  }

  /** A whole process from its start to its end; `end: null` leaves it unfinished. */
  process(parts: TestProcess): this {
    const process = this.#processes;
    this.#processes += 1;
    const warmUp = parts.warmUp ?? 0;
    const at = (ns: number) => {
      this.#t_ns += ns;
      return this.#t_ns;
    };
    const phase = (name: WrittenOf<'phase'>['phase'], ns: number) =>
      this.event({ kind: 'phase', t_ns: at(ns), process, phase: name });
    this.event({
      kind: 'process',
      t_ns: at(1e6),
      process,
      cell: parts.cell,
      block: parts.block,
      pid: 200 + process,
      cpusAllowed: parts.cpusAllowed ?? '0-5',
    });
    this.event({
      kind: 'phase',
      t_ns: at(30e6),
      process,
      phase: 'runtime-loaded',
      ...(parts.ortVersion !== undefined && { ortVersion: parts.ortVersion }),
    });
    phase('session-created', 50e6);
    const starts = this.#iterate(process, parts);
    const steadyAt = starts[warmUp] ?? this.#t_ns;
    this.event({ kind: 'phase', t_ns: starts[1] ?? this.#t_ns, process, phase: 'first-iteration' });
    this.event({ kind: 'phase', t_ns: steadyAt, process, phase: 'steady' });
    for (const index of parts.collections ?? []) {
      const start_ns = (starts[index] ?? 0) + 1;
      this.event({ kind: 'tag', t_ns: this.#t_ns, process, tag: 'gc', start_ns, duration_ns: 10 });
    }
    this.#evidence(process, parts, this.#t_ns - steadyAt);
    phase('finished', 0);
    if (parts.end === null) return this;
    return this.event({
      kind: 'process-end',
      t_ns: at(1e6),
      process,
      outcome: 'ok',
      exitCode: 0,
      signal: null,
      iterations: parts.durations_ns.length,
      warmUpIterations: warmUp,
      stop: 'precise',
      message: '',
      next: null,
      ...parts.end,
    });
  }

  bye(reason: WrittenOf<'bye'>['reason'] = 'completed'): this {
    return this.event({
      kind: 'bye',
      t_ns: this.#t_ns,
      reason,
      events: this.events,
      iterations: this.#iterations,
      sha256: this.#hash.copy().digest('hex'),
      overhead: { supervisorCpu_ns: 1e6, samplerCpu_ns: 2e6, wall_ns: Math.max(1, this.#t_ns) },
    });
  }

  text(): string {
    return this.#lines.join('');
  }

  bytes(): Buffer {
    return Buffer.from(this.text());
  }

  #iterate(process: number, parts: TestProcess): number[] {
    const starts: number[] = [];
    const all = parts.durations_ns;
    for (let first = 0; first < all.length; first += BATCH) {
      const dt_ns = all.slice(first, first + BATCH);
      const t0_ns = this.#t_ns;
      for (const duration of dt_ns) {
        starts.push(this.#t_ns);
        this.#t_ns += duration + GAP_NS;
      }
      const isInside = (index: number) => index >= first && index < first + dt_ns.length;
      this.event({
        kind: 'iter',
        t_ns: this.#t_ns,
        process,
        first,
        t0_ns,
        dt_ns: [...dt_ns],
        gap_ns: dt_ns.map(() => GAP_NS),
        preempted: (parts.preempted ?? [])
          .filter(([index]) => isInside(index))
          .map(([index, switches]) => [index - first, switches]),
        faults: (parts.faults ?? [])
          .filter(([index]) => isInside(index))
          .map(([index, minor, major]) => [index - first, minor, major]),
      });
    }
    this.#iterations += all.length;
    return starts;
  }

  #evidence(process: number, parts: TestProcess, steady_ns: number): void {
    const statOnly = parts.stat?.map((stat) => ({ stat, interrupts: '', softirqs: '' }));
    const [before, after] = parts.proc ?? statOnly ?? [];
    if (before !== undefined && after !== undefined) {
      const end_ns = this.#t_ns;
      const edge = { kind: 'edge' as const, process };
      this.event({ ...edge, ...before, t_ns: end_ns - steady_ns, edge: 'steady-start' });
      this.event({ ...edge, ...after, t_ns: end_ns, edge: 'steady-end' });
    }
    if (parts.threads !== undefined) {
      const threads = [...parts.threads];
      this.event({ kind: 'threads', t_ns: this.#t_ns, process, wall_ns: steady_ns, threads });
    }
    if (parts.output !== undefined) {
      const outputs = parts.output;
      const labels = parts.labels ?? null;
      this.event({ kind: 'output', t_ns: this.#t_ns, process, outputs, labels });
    }
  }
}

/**
 * Durations around a level, the same every time: a low-discrepancy sequence, without
 * autocorrelation to speak of. `spread` is the full width as a share of the level.
 */
export function around(level_ns: number, count: number, spread = 0.02, phase = 0): number[] {
  return Array.from({ length: count }, (_, i) => {
    const uniform = ((i + 1 + phase) * 0.618033988749895) % 1;
    return Math.round(level_ns * (1 + spread * (uniform - 0.5)));
  });
}
