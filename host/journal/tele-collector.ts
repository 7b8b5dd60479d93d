import type { JetsonSnapshot } from '../../agent/contract/board-files.ts';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import type { EventOf } from '../../agent/contract/events.ts';
import { parseCounterTable } from '../telemetry/counter-table.ts';
import { type JetsonState, readJetsonState } from '../telemetry/jetson-state.ts';
import { parseProcStat } from '../telemetry/proc-stat.ts';
import type { EdgeSnapshot, Span } from './edges.ts';
import type {
  BoardSample,
  CooldownEnd,
  CountedWindow,
  CpuSet,
  LinkInterface,
  OwnSample,
  SteeringReport,
  TeleData,
} from './tele-data.ts';

type Tele = EventOf<'tele'>;
type Table = NonNullable<Tele['counted']>['interrupts'];

/** Memory has an end: five and a half hours at one a second. */
const MAX_SAMPLES = 20_000;
/**
 * Figures of all samples together, and steps of all counters: a board of 300 files, 12 CPUs and 60
 * sources stays below.
 */
const MAX_FIGURES = 6_000_000;
const WRAP = 2 ** 32;

/** Sorts what `tele` events say into series. */
export class TeleCollector {
  readonly #idle: Span[] = [];
  readonly #board: BoardSample[] = [];
  readonly #cpuSets: CpuSet[] = [];
  readonly #own: OwnSample[] = [];
  readonly #windows: CountedWindow[] = [];
  readonly #totals: TeleData['totals'][number][] = [];
  readonly #cooldowns: CooldownEnd[] = [];
  readonly #steerings: SteeringReport[] = [];
  readonly #files: Record<string, string | null> = {};
  readonly #counters = new Map<string, number>();
  #figures = 0;
  #fileCount = 0;
  #state: JetsonState | null = null;
  #link: LinkInterface | null = null;
  #idleStart: EdgeSnapshot | null = null;
  #countedUntil_ns: number | null = null;
  #total: { readonly t_ns: number; readonly intr: number } | null = null;

  add(event: Tele): void {
    if (event.link) {
      const { interface: name, interrupts } = event.link;
      this.#link = { interface: cleanLine(name, 64), interrupts };
    }
    if (event.idle) this.#addIdle(event.idle, event.t_ns);
    this.#addCpus(event);
    if (event.files) this.#state = this.#stateWith(event.files);
    if (event.steering?.isOn && this.#steerings.length < MAX_SAMPLES) {
      this.#steerings.push(event.steering);
    }
    if (event.cooldown && event.cooldown.state !== 'waiting') this.#addCooldown(event.cooldown);
    // The supervisor's own say nothing of the board's state.
    const isSampler = !event.idle && !event.cooldown && !event.steering;
    if (this.#state !== null && isSampler && this.#hasRoom(this.#board, this.#fileCount)) {
      this.#board.push({ t_ns: event.t_ns, state: this.#state });
    }
    if (event.own && this.#own.length < MAX_SAMPLES) {
      const { sshCpu_ns = null, received = null, sent = null, ...cpu } = event.own;
      this.#own.push({ t_ns: event.t_ns, ...cpu, sshCpu_ns, received, sent });
    }
    if (event.counted) this.#addCounted(event.counted, event.t_ns);
    if (!event.idle) this.#addTotal(event);
  }

  data(): TeleData {
    return {
      idle: this.#idle,
      link: this.#link,
      board: this.#board,
      cpuSets: this.#cpuSets,
      own: this.#own,
      windows: this.#windows,
      totals: this.#totals,
      cooldowns: this.#cooldowns,
      steerings: this.#steerings,
    };
  }

  /** Counts what a sample adds; false where it would be too much. */
  #hasRoom(series: readonly unknown[], figures: number): boolean {
    this.#figures += figures;
    return series.length < MAX_SAMPLES && this.#figures <= MAX_FIGURES;
  }

  #addCpus({ t_ns, cpus }: Tele): void {
    const online = cpus.map(({ cpu }) => cpu);
    const last = this.#cpuSets.at(-1)?.cpus.join();
    if (online.length === 0 || online.join() === last) return;
    if (!this.#hasRoom(this.#cpuSets, online.length)) return;
    this.#cpuSets.push({ t_ns, cpus: online });
  }

  #addCooldown(end: CooldownEnd): void {
    if (this.#cooldowns.length >= MAX_SAMPLES) return;
    this.#cooldowns.push({ ...end, zone: cleanLine(end.zone, 64) });
  }

  #addIdle({ edge, ...texts }: NonNullable<Tele['idle']>, t_ns: number): void {
    const snapshot = edgeSnapshot(t_ns, texts);
    if (edge === 'start') this.#idleStart = snapshot;
    else if (this.#idleStart !== null && t_ns > this.#idleStart.t_ns) {
      this.#idle.push({ start: this.#idleStart, end: snapshot });
      this.#idleStart = null;
    }
  }

  /** An event tells what changed; the state is of all that was told so far. */
  #stateWith(files: JetsonSnapshot): JetsonState {
    Object.assign(this.#files, files);
    this.#fileCount = Object.keys(this.#files).length;
    return readJetsonState(this.#files);
  }

  #addCounted({ interrupts, softirqs }: NonNullable<Tele['counted']>, t_ns: number): void {
    const counts = new Map([
      ...this.#steps('irq', interrupts),
      ...this.#steps('softirq', softirqs),
    ]);
    const start_ns = this.#countedUntil_ns;
    this.#countedUntil_ns = t_ns;
    // The first event tells counts since boot.
    if (start_ns === null || t_ns <= start_ns) return;
    if (!this.#hasRoom(this.#windows, counts.size)) return;
    this.#windows.push({ start_ns, end_ns: t_ns, counts });
  }

  #addTotal({ t_ns, intr }: Tele): void {
    const before = this.#total;
    this.#total = { t_ns, intr };
    if (before === null || t_ns <= before.t_ns || intr < before.intr) return;
    if (this.#totals.length >= MAX_SAMPLES) return;
    this.#totals.push({ start_ns: before.t_ns, end_ns: t_ns, count: intr - before.intr });
  }

  #steps(table: string, { cpus, rows }: Table): [string, number][] {
    return rows.flatMap(({ id, counts }) =>
      cpus.flatMap((cpu, at): [string, number][] => {
        const key = `${table}/${cleanLine(id, 32)}/${cpu}`;
        const now = counts[at] ?? 0;
        // A source that is named for the first time counted nothing before.
        const step = (now - (this.#counters.get(key) ?? 0) + WRAP) % WRAP;
        this.#counters.set(key, now);
        return step > 0 && step <= WRAP / 2 ? [[key, step]] : [];
      }),
    );
  }
}

/** Parses the /proc files of one moment. */
export function edgeSnapshot(
  t_ns: number,
  texts: { readonly stat: string; readonly interrupts: string; readonly softirqs: string },
): EdgeSnapshot {
  return {
    t_ns,
    stat: parseProcStat(texts.stat),
    interrupts: parseCounterTable(texts.interrupts),
    softirqs: parseCounterTable(texts.softirqs),
  };
}
