/**
 * The bench options that a fleet file may set for a group or a board, by their long names: what is
 * measured and how long. How results are shown and where files lie is for the command line.
 */
export const planOptions = [
  'model',
  'ep',
  'threads',
  'batch',
  'batch-axis',
  'affinity',
  'opt',
  'spinning',
  'inter-op',
  'session',
  'include',
  'exclude',
  'oversubscribe',
  'shape',
  'input',
  'range',
  'distribution',
  'data',
  'images',
  'seed',
  'quick',
  'thorough',
  'budget',
  'blocks',
  'precision',
  'target',
  'telemetry',
] as const;
