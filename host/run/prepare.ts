import { arch, platform } from 'node:os';
import { type Cell, type Effort, itemsPerIteration, type Plan } from '../../agent/contract/plan.ts';
import { hasFreeShapes } from '../../models/shapes.ts';
import { cpuLimitTexts } from '../board/cpu-facts.ts';
import type { BoardFacts } from '../board/facts.ts';
import type { Axes } from '../plan/axes.ts';
import { type CellModel, cellsOf } from '../plan/cells.ts';
import { effortFrom, longestMs } from '../plan/effort.ts';
import type { InputRequest } from '../plan/inputs/cell-inputs.ts';
import type { LoadedModel } from '../plan/inputs/model-source.ts';
import { type ModelSummary, summaryAt } from '../plan/inputs/model-summary.ts';
import type { PlanModels } from '../plan/load-models.ts';
import { makePlan } from '../plan/plan.ts';
import { refuseUnloadable } from '../plan/unloadable-models.ts';
import type { Workshop } from '../plan/workshop.ts';
import type { StoreFile } from '../store/push/store-file.ts';
import { NODE_VERSION } from '../store/runtime/node-package.ts';
import { ONNX_RUNTIME_VERSION } from '../store/runtime/onnxruntime-files.ts';
import type { Runtime } from '../store/runtime/runtime.ts';
import type { BenchRequest } from './bench-request.ts';

/** A plan, the files that it needs on the board, and what a person should know about it. */
export interface PreparedRun {
  readonly plan: Plan;
  readonly files: readonly StoreFile[];
  readonly notes: readonly string[];
  readonly estimateMs: number;
}

/** What a plan is made for and with. */
export interface PlanGround {
  readonly facts: BoardFacts;
  readonly models: PlanModels;
  readonly runtime: Runtime;
  readonly workshop: Workshop;
}

/**
 * Turns the request into a plan for this board.
 * @throws OrinError `usage`, `free-dimension`, `input-mismatch`, … before anything is sent.
 */
export async function prepareRun(
  request: BenchRequest,
  { facts, models, runtime, workshop }: PlanGround,
): Promise<PreparedRun> {
  const { measured, calibration } = models;
  const files = new Map<string, StoreFile>();
  const keep = (more: readonly StoreFile[]) => {
    for (const file of more) files.set(file.sha256, file);
  };
  const notes = [...models.notes];
  const summaries = new Map<string, ModelSummary>();
  const withInputs = async (
    model: LoadedModel,
    wanted: Omit<InputRequest, 'signal'>,
  ): Promise<CellModel> => {
    const inputs = await workshop.prepareInputs(model, wanted);
    keep(model.files);
    keep(inputs.files);
    const [first = []] = inputs.byBatch.values();
    summaries.set(model.planModel.id, await summaryAt(model, first, wanted.batchAxes));
    notes.push(...inputs.notes.map((note) => `${model.planModel.name}: ${note}`));
    return {
      id: model.planModel.id,
      name: model.planModel.name,
      precision: model.precision,
      inputsByBatch: inputs.byBatch,
      batchFrom: inputs.batchFrom,
      hasFreeShapes: hasFreeShapes(model.facts),
    };
  };
  const measuredFacts = new Map(measured.map((model) => [model.planModel.id, model.facts]));
  refuseUnloadable(enginesOf(request.axes, measured), measuredFacts);
  const cellModels = await Promise.all(
    measured.map((model) => withInputs(model, { ...request.inputs, batches: request.batches })),
  );
  const nullModel = await withInputs(calibration, { ...seededOnly(request.inputs), batches: [1] });
  const set = cellsOf(request.axes, cellModels, nullModel, facts.cpu);
  const { cells } = set;
  refuseUnloadable(cells, measuredFacts);
  const effort = effortOn(facts, request.effort);
  const isMeasured = measured.some(({ planModel }) => planModel.id === calibration.planModel.id);
  const inPlan = isMeasured ? measured : [...measured, calibration];
  const plan = makePlan({
    createdUtc: new Date().toISOString(),
    owner: request.owner,
    seed: request.seed,
    models: inPlan.map((model) => model.planModel),
    cells,
    ortLibraries: ortLibrariesOf(runtime),
    effort,
    placement: true,
    telemetry: request.telemetry ?? (facts.tools.mpstat ? 'mpstat' : 'proc'),
    context: contextOf(
      request,
      facts,
      inPlan.map((model) => [
        model.planModel.id,
        summaries.get(model.planModel.id) ?? model.summary,
      ]),
      runtime,
    ),
  });
  return {
    plan,
    files: [...files.values()],
    notes: [...notes, ...passNotes(cells, effort), ...set.notes],
    estimateMs: longestMs(effort, cells.length),
  };
}

/**
 * Every model under every engine that is asked for: refused before shapes are asked for, where none
 * would help. With filters only the cells tell which engine takes which model.
 */
function enginesOf(
  { targets, ortLibrary, include, exclude }: Axes,
  models: readonly LoadedModel[],
) {
  if (include.length + exclude.length > 0) return [];
  return models.flatMap(({ planModel }) =>
    targets.map((target) => ({
      model: planModel.id,
      engine: target.engine,
      ortLibrary: target.ortLibrary ?? ortLibrary,
    })),
  );
}

/** A board that tells no temperature waits for none, and takes no longer in the estimate either. */
function effortOn({ hasTemperature }: BoardFacts, request: BenchRequest['effort']): Effort {
  return effortFrom(hasTemperature === false ? { ...request, cooldownMs: 0 } : request);
}

/**
 * Passes are whole iterations: one that is not filled by the images that were asked for takes more
 * of them.
 */
function passNotes(cells: readonly Cell[], { imagesPerPass }: Effort): string[] {
  const sizes = new Set(
    cells.filter(({ purpose }) => purpose === 'measure').map(itemsPerIteration),
  );
  return [...sizes].flatMap((items) => {
    const iterations = Math.ceil((imagesPerPass ?? 0) / items);
    return imagesPerPass === null || iterations * items === imagesPerPass
      ? []
      : [
          `a pass of ${iterations} iterations at batch ${items} takes ${iterations * items} images, not ${imagesPerPass}`,
        ];
  });
}

/**
 * The null model has an input of its own: what was said about the measured models' does not concern
 * it.
 */
function seededOnly(inputs: BenchRequest['inputs']): BenchRequest['inputs'] {
  return { ...inputs, batchAxes: [], shapes: {}, ranges: {}, files: {}, data: null };
}

/** A build of one's own is told from npm's by the hash of its library: `1.30.0+3fa9c1d2`. */
function onnxRuntimeVersion({ ortPackage }: BenchRequest, runtime: Runtime): string {
  if (ortPackage === null) return ONNX_RUNTIME_VERSION;
  const library = runtime.files.find(({ path }) => path.endsWith('/libonnxruntime.so.1'));
  return `${ONNX_RUNTIME_VERSION}+${library?.file.sha256.slice(0, 8) ?? 'unknown'}`;
}

/** What processes of ONNX Runtime have to have in their memory. */
function ortLibrariesOf({ files }: Runtime): string[] {
  const libraries = files.filter(({ path }) => /\/libonnxruntime\.so[^/]*$/.test(path));
  return libraries.map(({ file }) => file.sha256);
}

/**
 * What `result.json` keeps beside the plan: see host/plan/run-context.ts. No host or user names.
 */
function contextOf(
  request: BenchRequest,
  facts: BoardFacts,
  summaries: readonly (readonly [id: string, summary: ModelSummary])[],
  runtime: Runtime,
): Record<string, unknown> {
  return {
    tool: { name: 'orin-remote', version: request.toolVersion },
    ...(request.fleet && { fleet: request.fleet }),
    workstation: { os: platform(), arch: arch(), node: process.version },
    experiment: request.experiment,
    ...(request.gpuMissing && { gpu_missing: request.gpuMissing }),
    settings: request.settings,
    runtime: {
      node: NODE_VERSION,
      onnxruntime: onnxRuntimeVersion(request, runtime),
      id: runtime.id,
      agent_sha256: runtime.files.find(({ path }) => path === 'agent.cjs')?.file.sha256 ?? null,
    },
    board: {
      model: facts.model,
      l4t: facts.l4t,
      jetpack: facts.jetpack,
      kernel: facts.kernel,
      os: facts.os,
      machine: facts.machine,
      libc:
        facts.libc.version === null ? facts.libc.name : `${facts.libc.name} ${facts.libc.version}`,
      cpu_model: facts.cpu.model,
      cpus_online: facts.cpu.online,
      cpus_allowed: facts.cpu.allowed,
      cpu_limit: cpuLimitTexts(facts.cpu).join('; ') || null,
      memory_total_bytes: facts.memory.totalBytes,
      memory_available_bytes: facts.memory.availableBytes,
      power_mode: facts.powerMode,
      uptime_s: facts.uptimeS,
      load_1: facts.load1,
    },
    models: Object.fromEntries(summaries),
  };
}
