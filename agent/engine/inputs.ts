import { readFileSync } from 'node:fs';
import { toFloat16Array } from '../contract/float16.ts';
import type { CellInput, InputSource } from '../contract/plan.ts';
import { storeFile } from '../contract/store-file.ts';
import { EngineRefusal, type NamedTensor } from './engine.ts';
import { elementCount, readTensorData } from './tensor-data.ts';

const channels = 3;
const pixelsPerChannel = 1024;
const imageBytes = channels * pixelsPerChannel;
const recordBytes = imageBytes + 1;

type CifarSource = Extract<InputSource, { kind: 'cifar10' }>;

/** An input whose values change with every iteration. */
export interface Feeder {
  /** Records that one pass over the data has. */
  readonly records: number;
  /**
   * Puts the next records into the tensor, cycling. Called between iterations, never within one.
   */
  fill(): void;
  /** Class of the image at `row` of the latest `fill`. */
  label(row: number): number;
}

export interface CellInputs {
  readonly tensors: readonly NamedTensor[];
  readonly feeder: Feeder | null;
}

/** Reads the inputs of a cell from the store; throws `EngineRefusal` for what cannot be fed. */
export function readInputs(inputs: readonly CellInput[], storePath: string): CellInputs {
  const tensors: NamedTensor[] = [];
  let feeder: Feeder | null = null;
  for (const { name, dtype, shape, source } of inputs) {
    const bytes = readFileSync(storeFile(storePath, source.sha256));
    if (source.kind === 'fixed') {
      tensors.push({ name, dtype, shape, data: readTensorData(bytes, dtype, shape) });
      continue;
    }
    if (feeder) throw new EngineRefusal('only one input can take the images');
    if (dtype !== 'float32' && dtype !== 'float16') {
      throw new EngineRefusal(`CIFAR-10 images become float32 or float16, not ${dtype}`);
    }
    const Elements = dtype === 'float32' ? Float32Array : Uint16Array;
    const images = new CifarFeeder(bytes, source, new Elements(elementCount(shape)));
    if (images.batch !== shape[0]) {
      throw new EngineRefusal(`CIFAR-10 images are [N, 3, 32, 32], not [${shape.join(', ')}]`);
    }
    tensors.push({ name, dtype, shape, data: images.data });
    feeder = images;
  }
  return { tensors, feeder };
}

class CifarFeeder implements Feeder {
  readonly batch: number;
  readonly records: number;
  readonly data: Float32Array | Uint16Array;
  readonly #file: Buffer;
  /** Normalised value of each pixel value, per channel: filling is then a copy through a table. */
  readonly #tables: readonly (Float32Array | Uint16Array)[];
  #next = 0;
  #filled = 0;

  constructor(file: Buffer, source: CifarSource, data: Float32Array | Uint16Array) {
    if (file.length < source.records * recordBytes) {
      throw new EngineRefusal(
        `data file has ${file.length} bytes, ${source.records} CIFAR-10 records need ${source.records * recordBytes}`,
      );
    }
    this.#file = file;
    this.data = data;
    this.batch = data.length / imageBytes;
    this.records = source.records;
    this.#tables = source.mean.map((mean, channel) => {
      const values = Array.from(
        { length: 256 },
        (_, p) => (p / 255 - mean) / (source.std[channel] ?? 1),
      );
      return data instanceof Float32Array ? Float32Array.from(values) : toFloat16Array(values);
    });
  }

  fill(): void {
    this.#filled = this.#next;
    for (let row = 0; row < this.batch; row += 1) {
      const from = ((this.#filled + row) % this.records) * recordBytes + 1;
      this.#tables.forEach((table, channel) => {
        const source = from + channel * pixelsPerChannel;
        const target = row * imageBytes + channel * pixelsPerChannel;
        for (let pixel = 0; pixel < pixelsPerChannel; pixel += 1) {
          this.data[target + pixel] = table[this.#file[source + pixel] ?? 0] ?? 0;
        }
      });
    }
    this.#next = (this.#filled + this.batch) % this.records;
  }

  label(row: number): number {
    return this.#file[((this.#filled + row) % this.records) * recordBytes] ?? 0;
  }
}
