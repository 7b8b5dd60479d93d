/** Where keys mean something. */
export type Place =
  | 'home'
  | 'plan'
  | 'live'
  | 'fleet'
  | 'board'
  | 'results'
  | 'detail'
  | 'compare'
  | 'help'
  | 'dialog';

/** What a key asks for. */
export type Action =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'left'
  | 'right'
  | 'open'
  | 'back'
  | 'next'
  | 'previous'
  | 'results'
  | 'filter'
  | 'mark'
  | 'compare'
  | 'export'
  | 'note'
  | 'baseline'
  | 'pause'
  | 'wider'
  | 'narrower'
  | 'stop'
  | 'metrics'
  | 'check'
  | 'attach'
  | 'retry'
  | 'retry-all'
  | 'order'
  | 'reverse'
  | 'view'
  | 'cell'
  | 'help'
  | 'quit';

export interface Binding {
  readonly action: Action;
  /** As `pressOf` names them. */
  readonly keys: readonly string[];
  /** As people read them. */
  readonly shown: string;
  /** One word for the footer; without one the binding is in the help only. */
  readonly word?: string;
  readonly does: string;
  readonly places: readonly Place[];
}
