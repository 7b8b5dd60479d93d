import protobuf from 'protobufjs/light.js';
import type { Draft, Int64, ModelProto } from './messages.ts';
import { modelProtoType } from './schema.ts';

/** Room for everything but weights; more is allocated by the writer where needed. */
const SLACK_BYTES = 65_536;

/**
 * Reads a serialized ModelProto. Bytes fields are views of `bytes`, nothing is copied; unknown
 * fields are skipped. Throws protobufjs' RangeError or Error where the bytes are no protocol
 * buffer.
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  // Over a Buffer, protobufjs reads strings with Node's own decoder and gives bytes as views.
  const reader = protobuf.Reader.create(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  );
  reader.discardUnknown = true;
  return modelProtoType.decode(reader) as unknown as ModelProto;
}

/**
 * Serializes a model. Fields go out in the order of their numbers and repeated fields in the order
 * given, so the same message always gives the same bytes.
 */
export function encodeModel(model: Draft<ModelProto>): Uint8Array {
  const writer = protobuf.Writer.create();
  // A writer that doubles its way from 128 bytes to 85 MB takes three times as long.
  const weightBytes = (model.graph?.initializer ?? []).reduce(
    (sum, tensor) => sum + (tensor.rawData?.length ?? 0),
    0,
  );
  writer.buf = Buffer.allocUnsafe(weightBytes + SLACK_BYTES);
  return modelProtoType.encode(model, writer).finish();
}

/** A 64-bit integer as a number; beyond 2^53 it is rounded, which no size that fits a disk is. */
export function toNumber(value: Int64): number {
  return typeof value === 'number' ? value : value.toNumber();
}
