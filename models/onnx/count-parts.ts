import protobuf from 'protobufjs/light.js';
import { modelProtoType } from './schema.ts';

/** What decoding a model would make. */
export interface PartCount {
  /** Messages: nodes, attributes, tensors, dimensions. Some 200 bytes of memory each, though two bytes of a file make one. */
  readonly messages: number;
  /** Strings and numbers. */
  readonly values: number;
}

/** Graphs within graphs; models nest three or four. */
const MAX_DEPTH = 100;
const LENGTH_DELIMITED = 2;

modelProtoType.root.resolveAll();

/**
 * Counts the parts of a serialized ModelProto without making any, and stops where there are more than `most`.
 * @throws RangeError, Error where the bytes are no protocol buffer.
 */
export function countParts(bytes: Uint8Array, most: PartCount): PartCount {
  return new Counter(bytes, most).count();
}

class Counter {
  readonly #reader: protobuf.Reader;
  readonly #most: PartCount;
  #messages = 0;
  #values = 0;

  constructor(bytes: Uint8Array, most: PartCount) {
    this.#reader = protobuf.Reader.create(bytes);
    this.#most = most;
  }

  count(): PartCount {
    this.#message(modelProtoType, this.#reader.len, 0);
    return { messages: this.#messages, values: this.#values };
  }

  get #isOver(): boolean {
    return this.#messages > this.#most.messages || this.#values > this.#most.values;
  }

  #message(type: protobuf.Type, end: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`messages nest deeper than ${MAX_DEPTH}`);
    const reader = this.#reader;
    this.#messages += 1;
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
      if (field !== undefined) this.#values += 1;
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
    this.#values += isPacked ? this.#packed(field.type, end) : 1;
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
