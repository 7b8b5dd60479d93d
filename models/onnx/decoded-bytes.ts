import protobuf from 'protobufjs/light.js';
import { modelProtoType } from './schema.ts';

/**
 * Memory of a decoded message (a node, an attribute, a dimension) and of a string or number, in
 * bytes. Measured on Node 20: 156 for an empty node, though two bytes of a file make one; 46 for an
 * integer of 64 bits, though one byte makes one.
 */
const MESSAGE_BYTES = 160;
const VALUE_BYTES = 46;

/**
 * What a decoded model may take beside its weights. A graph of 100,000 convolutions with the shapes
 * of all tensors takes 0.4 GB, and that is the size that PyTorch's exporter aims at (onnxscript
 * issue 1630); an ensemble of 5000 trees with 3 million nodes, the largest that somebody told of
 * (ONNX Runtime issue 16511), takes 1.1 GB.
 */
export const mostDecodedBytes = 1_750_000_000;

/** Graphs within graphs; models nest three or four. */
const MAX_DEPTH = 100;
const LENGTH_DELIMITED = 2;

modelProtoType.root.resolveAll();

/**
 * About how many bytes of memory decoding a serialized ModelProto takes beside its weights, without
 * decoding it; it stops counting beyond `most`.
 * @throws RangeError, Error where the bytes are no protocol buffer.
 */
export function decodedBytes(bytes: Uint8Array, most: number): number {
  return new Counter(bytes, most).count();
}

class Counter {
  readonly #reader: protobuf.Reader;
  readonly #most: number;
  #bytes = 0;

  constructor(bytes: Uint8Array, most: number) {
    this.#reader = protobuf.Reader.create(bytes);
    this.#most = most;
  }

  count(): number {
    this.#message(modelProtoType, this.#reader.len, 0);
    return this.#bytes;
  }

  get #isOver(): boolean {
    return this.#bytes > this.#most;
  }

  #message(type: protobuf.Type, end: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`messages nest deeper than ${MAX_DEPTH}`);
    const reader = this.#reader;
    this.#bytes += MESSAGE_BYTES;
    while (reader.pos < end && !this.#isOver) {
      const tag = reader.uint32();
      const field = type.fieldsById[tag >>> 3];
      this.#field(field, tag & 7, depth);
    }
    if (reader.pos > end && !this.#isOver) throw new RangeError(`index out of range: ${end}`);
  }

  #field(field: protobuf.Field | undefined, wireType: number, depth: number): void {
    const reader = this.#reader;
    if (field === undefined || wireType !== LENGTH_DELIMITED) {
      if (field !== undefined) this.#bytes += VALUE_BYTES;
      reader.skipType(wireType);
      return;
    }
    const length = reader.uint32();
    const end = reader.pos + length;
    if (end > reader.len) throw new RangeError(`index out of range: ${end} > ${reader.len}`);
    if (field.resolvedType instanceof protobuf.Type) {
      this.#message(field.resolvedType, end, depth + 1);
      return;
    }
    const isPacked = field.repeated && field.type in protobuf.types.packed;
    this.#bytes += VALUE_BYTES * (isPacked ? this.#packed(field.type, end) : 1);
    reader.pos = end;
  }

  /** Numbers up to `end`: every varint has one byte below 0x80. */
  #packed(type: string, end: number): number {
    const { pos, buf } = this.#reader;
    if (type === 'float') return Math.ceil((end - pos) / 4);
    let count = 0;
    for (let at = pos; at < end; at += 1) if ((buf[at] ?? 0) < 0x80) count += 1;
    return count;
  }
}
