/**
 * One content-addressed file that a board must hold: from a path on the workstation or from memory.
 */
export interface StoreFile {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** For progress and messages: `resnet34-cifar10.onnx`. */
  readonly name: string;
  readonly source:
    | { readonly kind: 'path'; readonly path: string }
    | { readonly kind: 'bytes'; readonly bytes: Uint8Array };
  /** True where compressing pays (executables, libraries); weights do not compress. */
  readonly isCompressible: boolean;
}
