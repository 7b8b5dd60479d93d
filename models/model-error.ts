export type ModelErrorCode =
  | 'model-unreadable'
  | 'model-unsupported'
  | 'external-data-missing'
  | 'free-dimension'
  | 'input-mismatch';

export interface ModelErrorDetails {
  readonly code: ModelErrorCode;
  /** What failed and where, one line, no full stop. */
  readonly what: string;
  readonly why?: string;
  /** What to do next: a flag or a command where there is one. */
  readonly next?: string;
  readonly cause?: unknown;
}

/** What is wrong with a model or with what was asked of it. */
export class ModelError extends Error {
  readonly code: ModelErrorCode;
  readonly why: string | undefined;
  readonly next: string | undefined;

  constructor(details: ModelErrorDetails) {
    super(details.what, { cause: details.cause });
    this.name = 'ModelError';
    this.code = details.code;
    this.why = details.why;
    this.next = details.next;
  }
}
