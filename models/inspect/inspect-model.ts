import { type BatchModel, findBatch } from '../batch.ts';
import type { ModelFacts, ParameterFacts } from '../facts.ts';
import { FreeDimensions } from '../free-dimensions.ts';
import { toNumber } from '../onnx/codec.ts';
import { dataTypeBytes, dataTypeName } from '../onnx/data-types.ts';
import { resolveShapes, type ShapeRequest } from '../shapes.ts';
import { estimateFlops } from './flops.ts';
import { allNodes, allTensors } from './graph-walk.ts';
import { listModelFiles } from './model-files.ts';
import { dimsOf, elementsOf } from './node-view.ts';
import { type ModelSource, type ReadModel, readModel } from './read-model.ts';
import { outputFacts, tensorFacts } from './tensor-facts.ts';

/**
 * Reads what an ONNX file says of itself. `request` chooses the shapes for which `flops` is
 * estimated; free dimensions that it leaves open make `flops` null, they are no error here.
 * `allowsLinks`: external data may be a link out of the model's directory. Throws ModelError:
 * `model-unreadable`, `model-unsupported`, `external-data-missing`, and `input-mismatch` where
 * `request` contradicts the model.
 */
export async function inspectModel(
  source: ModelSource,
  request: ShapeRequest = {},
  allowsLinks = false,
): Promise<ModelFacts> {
  const read = await readModel(source);
  const { model, graph } = read;
  const files = await listModelFiles(read, allowsLinks);
  const initializers = new Set(graph.initializer.map((tensor) => tensor.name));
  const shapes = {
    name: read.name,
    inputs: graph.input.filter(({ name }) => !initializers.has(name)).map(tensorFacts),
    outputs: graph.output.map((info) => outputFacts(info, graph)),
  };
  return {
    ...shapes,
    files,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    irVersion: toNumber(model.irVersion),
    opsets: model.opsetImport.map(({ domain, version }) => ({
      domain: domain === '' ? 'ai.onnx' : domain,
      version: toNumber(version),
      ...(domain === 'ai.onnx' && { isAlias: true as const }),
    })),
    producer: { name: model.producerName, version: model.producerVersion },
    description: model.docString,
    graphName: graph.name,
    parameters: parameterFacts(read),
    nodes: nodeFacts(read),
    ...shapeFacts(read, shapes, request),
  };
}

function parameterFacts({ model }: ReadModel): ParameterFacts {
  const byType = new Map<number, { count: number; bytes: number }>();
  for (const { dataType, ...tensor } of allTensors(model)) {
    const elements = elementsOf(dimsOf(tensor));
    const { count, bytes } = byType.get(dataType) ?? { count: 0, bytes: 0 };
    // Elements of four and two bits are packed within their own tensor.
    const own = dataTypeBytes(dataType, elements);
    byType.set(dataType, { count: count + elements, bytes: bytes + own });
  }
  const byDtype = [...byType]
    .map(([id, sums]) => ({ dtype: dataTypeName(id), ...sums }))
    .toSorted((a, b) => b.bytes - a.bytes || b.count - a.count);
  return {
    count: byDtype.reduce((sum, { count }) => sum + count, 0),
    bytes: byDtype.reduce((sum, { bytes }) => sum + bytes, 0),
    byDtype,
  };
}

function nodeFacts({ model }: ReadModel): ModelFacts['nodes'] {
  const counts = new Map<string, number>();
  for (const { domain, opType } of allNodes(model)) {
    const op = domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
    counts.set(op, (counts.get(op) ?? 0) + 1);
  }
  const byOp = [...counts]
    .map(([op, count]) => ({ op, count }))
    .toSorted((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1));
  return { total: byOp.reduce((sum, { count }) => sum + count, 0), byOp };
}

function shapeFacts(
  { model, graph }: ReadModel,
  shapes: BatchModel,
  request: ShapeRequest,
): Pick<ModelFacts, 'flops' | 'batch' | 'open'> {
  const found = findBatch(shapes, request.batchAxes);
  const batch = found && { from: found.from, dimension: found.name };
  try {
    return {
      batch,
      flops: estimateFlops(model, graph, resolveShapes(shapes, request)),
      open: null,
    };
  } catch (error) {
    if (!(error instanceof FreeDimensions)) throw error;
    const [likeliest] = error.examples;
    return { batch, flops: null, open: { why: error.why ?? '', example: likeliest?.flags ?? '' } };
  }
}
