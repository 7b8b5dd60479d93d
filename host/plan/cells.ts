import { parseCpuList } from '../../agent/contract/cpu-list.ts';
import type { Cell, CellInput } from '../../agent/contract/plan.ts';
import { cpuLimitText, cpuLimitTexts, type UsableCpus } from '../board/cpu-facts.ts';
import { OrinError } from '../errors.ts';
import { formatCount } from '../quantities/format.ts';
import type { Axes } from './axes.ts';
import { matchesAny } from './cell-filter.ts';
import { cellPrecision, toldPrecision } from './cell-precision.ts';
import { type EngineTarget, targetLabel } from './engine-target.ts';
import { checkKeys } from './session-keys.ts';

/** A model as cells need it. */
export interface CellModel {
  readonly id: string;
  readonly name: string;
  readonly precision: Cell['precision'];
  /** Its keys are the batch sizes to measure; null for a model without a batch. */
  readonly inputsByBatch: ReadonlyMap<number | null, readonly CellInput[]>;
  /** How its batch is known. */
  readonly batchFrom?: Cell['batchFrom'] | undefined;
  /** It leaves a dimension of an input open; absent: not known. */
  readonly hasFreeShapes?: boolean;
}

export interface CellSet {
  readonly cells: readonly Cell[];
  /** Combinations that were left out, and why; for people. */
  readonly notes: readonly string[];
}

/** 1, half and all: the thesis' 1, 3 and 6 on a board with six CPUs. */
export function defaultThreads(cpuCount: number): number[] {
  return [...new Set([1, Math.ceil(cpuCount / 2), cpuCount])];
}

/**
 * Every combination of the axes as a cell, after include and exclude filters, then one calibration
 * cell with the null model per thread setting.
 * @throws OrinError `usage` when threads exceed the CPUs, an affinity names an absent CPU, or
 *   nothing is left.
 */
export function cellsOf(
  axes: Axes,
  models: readonly CellModel[],
  nullModel: CellModel,
  cpus: UsableCpus,
): CellSet {
  const threads = axes.threads ?? defaultThreads(cpus.allowed.length);
  for (const count of threads) refuseOversubscription(count, cpus, axes);
  for (const affinity of axes.affinities) refuseAbsentCpus(affinity, cpus);
  const notes = [...cpuLimitTexts(cpus), ...checkKeys(axes)];
  const names = new Map(models.map(({ id, name }) => [id, name]));
  const nameOf = (cell: Cell) => names.get(cell.model) ?? cell.model;
  const combined = models
    .flatMap((model) => combinations(model, threads, axes))
    .filter((cell) => fitsAffinity(cell, axes, notes))
    .filter((cell) => axes.include.length === 0 || matchesAny(cell, nameOf(cell), axes.include))
    .filter((cell) => !matchesAny(cell, nameOf(cell), axes.exclude));
  if (combined.length === 0) throw nothingLeft(notes);
  const labelled = combined.map((cell, index) => ({
    ...cell,
    id: `c${index + 1}`,
    label: labelOf(cell, combined, nameOf),
  }));
  return { cells: [...labelled, ...calibrations(labelled, nullModel)], notes };
}

function combinations(model: CellModel, threads: readonly number[], axes: Axes): Cell[] {
  return axes.targets.flatMap((target) =>
    target.engine === 'trtexec'
      ? combine(baseCell(model, target, axes), deviceDimensions(model, target, axes))
      : combine(baseCell(model, target, axes), [
          axes.affinities.map((affinity) => ({ affinity })),
          axes.graphOptimizations.map((graphOptimization) => ({ graphOptimization })),
          axes.spinning.map((spinning) => ({ spinning })),
          axes.interOpThreads.map((interOpThreads) => ({ interOpThreads })),
          ...deviceDimensions(model, target, axes).slice(1),
          threads.map((count) => ({ threads: count })),
        ]),
  );
}

/** What there is to vary about trtexec: threads and graph optimisation are ONNX Runtime's. */
function deviceDimensions(
  model: CellModel,
  target: EngineTarget,
  axes: Axes,
): readonly (readonly Partial<Cell>[])[] {
  const told = toldPrecision(target, model.precision, axes.epOptions, axes.precisions);
  const precisions = axes.precisions.map((asked) =>
    cellPrecision(target, model.precision, told, asked),
  );
  return [
    (axes.deviceAffinities ?? axes.affinities).map((affinity) => ({ affinity })),
    precisions,
    [...model.inputsByBatch].map(([batch, inputs]) => ({
      batch,
      ...(batch !== null && { batchFrom: model.batchFrom }),
      inputs: [...inputs],
    })),
    axes.checksTelemetry ? [{}, { isUnwatched: true }] : [{}],
    axes.movesInterrupts ? [{}, { isSteered: true }] : [{}],
  ];
}

function baseCell(model: CellModel, target: EngineTarget, axes: Axes): Cell {
  const { engine, ep } = target;
  return {
    id: 'unnamed',
    purpose: 'measure',
    label: '',
    model: model.id,
    engine,
    ep,
    epOptions: engine === 'trtexec' ? {} : { ...axes.epOptions[ep] },
    ortLibrary: engine === 'ort-capi' ? (target.ortLibrary ?? axes.ortLibrary) : null,
    threads: 1,
    interOpThreads: null,
    affinity: null,
    batch: 1,
    precision: model.precision,
    askedPrecision: null,
    graphOptimization: 'all',
    spinning: true,
    sessionConfig: { ...axes.sessionConfig },
    inputs: [],
    ...(engine === 'trtexec' &&
      model.hasFreeShapes !== undefined && { hasFreeShapes: model.hasFreeShapes }),
  };
}

function combine(base: Cell, dimensions: readonly (readonly Partial<Cell>[])[]): Cell[] {
  return dimensions.reduce<Cell[]>(
    (cells, values) => cells.flatMap((cell) => values.map((value) => ({ ...cell, ...value }))),
    [base],
  );
}

function calibrations(cells: readonly Cell[], nullModel: CellModel): Cell[] {
  const settings = new Map<string, Cell>();
  for (const cell of cells) {
    // trtexec runs a loop of its own: our harness takes no share of it.
    if (cell.engine === 'trtexec') continue;
    const key = threadSetting(cell);
    if (!settings.has(key)) settings.set(key, cell);
  }
  return [...settings.values()].map(({ isSteered: _, batchFrom: __, ...cell }, index) => ({
    ...cell,
    id: `n${index + 1}`,
    purpose: 'calibration',
    label: `null model, ${cell.engine === 'ort' ? '' : `${cell.engine}, `}${threadLabel(cell.threads)}${cell.affinity ? ` on CPUs ${cell.affinity}` : ''}`,
    model: nullModel.id,
    batch: 1,
    ...(nullModel.batchFrom && { batchFrom: nullModel.batchFrom }),
    ep: 'cpu',
    epOptions: {},
    precision: 'fp32',
    askedPrecision: null,
    interOpThreads: null,
    graphOptimization: 'all',
    sessionConfig: {},
    inputs: [...(nullModel.inputsByBatch.get(1) ?? [])],
  }));
}

/** What must be equal for a calibration cell to speak for a measured one. */
function threadSetting(cell: Cell): string {
  return `${cell.engine}/${cell.threads}/${cell.affinity ?? ''}/${cell.spinning}`;
}

function fitsAffinity(cell: Cell, axes: Axes, notes: string[]): boolean {
  if (cell.affinity === null || axes.oversubscribe) return true;
  const cpus = parseCpuList(cell.affinity)?.length ?? 0;
  if (cell.threads <= cpus) return true;
  const note = `left out: ${threadLabel(cell.threads)} on CPUs ${cell.affinity} (${formatCount(cpus, 'CPU')}; --oversubscribe keeps it)`;
  if (!notes.includes(note)) notes.push(note);
  return false;
}

function labelOf(cell: Cell, all: readonly Cell[], nameOf: (cell: Cell) => string): string {
  const varies = (pick: (c: Cell) => unknown) => new Set(all.map(pick)).size > 1;
  const isPlain = all.every(({ engine, ep }) => engine === 'ort' && ep === 'cpu');
  const isOrt = cell.engine !== 'trtexec';
  const parts: readonly (readonly [isShown: boolean, text: string])[] = [
    [!isPlain, targetLabel(cell)],
    [isOrt, threadLabel(cell.threads)],
    [varies((c) => c.precision), cell.precision],
    [hasBatch(cell) && (varies((c) => c.batch) || cell.batch > 1), `batch ${cell.batch}`],
    [varies((c) => c.affinity), cell.affinity ? `CPUs ${cell.affinity}` : 'any CPU'],
    [isOrt && varies((c) => c.graphOptimization), `opt ${cell.graphOptimization}`],
    [isOrt && varies((c) => c.spinning), cell.spinning ? 'spinning' : 'no spinning'],
    [isOrt && varies((c) => c.interOpThreads), `inter-op ${cell.interOpThreads ?? 'off'}`],
    [cell.isSteered === true, 'IRQs moved'],
    [varies((c) => c.isUnwatched), cell.isUnwatched ? 'telemetry paused' : 'telemetry'],
    // Last, as names may be long: `labelUnderModel` takes it off where a heading says it.
    [varies((c) => c.model), nameOf(cell)],
  ];
  return parts
    .filter(([isShown]) => isShown)
    .map(([, text]) => text)
    .join(' · ');
}

function hasBatch(cell: Cell): cell is Cell & { readonly batch: number } {
  return cell.batch !== null;
}

function threadLabel(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

function refuseOversubscription(count: number, cpus: UsableCpus, axes: Axes): void {
  const { length: most } = cpus.allowed;
  if (count <= most || axes.oversubscribe) return;
  const limit = cpuLimitText(cpus);
  throw new OrinError({
    code: 'usage',
    what:
      limit === null
        ? `--threads ${count}: the board has ${most} CPUs online`
        : `--threads ${count}: ${limit}`,
    why: 'ONNX Runtime threads spin while they wait; more of them than CPUs measures the scheduler, not the model',
    next: `use --threads ${most} or fewer, or add --oversubscribe to measure it all the same`,
  });
}

/**
 * Isolated CPUs are for those who pin to them; others that the login may not use stay out of reach.
 */
function refuseAbsentCpus(affinity: string | null, cpus: UsableCpus): void {
  if (affinity === null) return;
  const asked = parseCpuList(affinity) ?? [];
  const absent = asked.filter((cpu) => !cpus.online.includes(cpu));
  if (absent.length > 0) {
    throw new OrinError({
      code: 'usage',
      what: `--affinity ${affinity}: CPU ${absent.join(', ')} is not online on the board`,
      why: `online are CPUs ${cpus.online.join(', ')}`,
      next: 'name only online CPUs (a power mode may have switched some off)',
    });
  }
  const pinnable =
    cpus.limit?.by === 'isolcpus' ? [...cpus.allowed, ...cpus.isolated] : cpus.allowed;
  const barred = asked.filter((cpu) => !pinnable.includes(cpu));
  if (barred.length === 0) return;
  throw new OrinError({
    code: 'usage',
    what: `--affinity ${affinity}: the login may not use CPU ${barred.join(', ')}`,
    why: cpuLimitText(cpus) ?? `it may use CPUs ${pinnable.join(', ')}`,
    next: 'name only CPUs that it may use, or lift the limit on the board',
  });
}

function nothingLeft(notes: readonly string[]): OrinError {
  return new OrinError({
    code: 'usage',
    what: 'no cell is left to measure',
    why: notes.length > 0 ? notes.join('; ') : 'every combination was excluded',
    next: 'loosen --include, --exclude or --affinity; --dry-run shows the cells',
  });
}
