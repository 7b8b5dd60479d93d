/**
 * The steps of a benchmark that boards share something for, so that they take turns: the way out of
 * this machine, its CPUs, or how many boards may measure at once. Each does the work when its turn
 * has come and gives what it gave.
 */
export interface Lanes {
  /** Sends files; those that have little to send go first. */
  push<T>(missingBytes: number, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Measures: from the start of the run to its last event. */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  /** Reads a whole journal into memory, computes and saves; asks nothing of a board. */
  conclude<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>;
}

/** One board has all to itself. */
export const noLanes: Lanes = {
  push: (_missingBytes, _signal, work) => work(),
  run: (_signal, work) => work(),
  conclude: (_signal, work) => work(),
};
