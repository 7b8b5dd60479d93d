/** A set of real values, and where it lies. */
export interface DataSet {
  readonly kind: 'cifar10';
  /** `test_batch.bin`, or a directory that holds it. */
  readonly path: string;
}

/** Reads the value of `--data`; undefined where it is none. */
export function parseDataSet(text: string): DataSet | undefined {
  const path = /^cifar10:(.+)$/u.exec(text)?.[1];
  return path === undefined ? undefined : { kind: 'cifar10', path };
}
