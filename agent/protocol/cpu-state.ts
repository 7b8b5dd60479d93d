/** The CPUs of one moment, as the kernel lists them: `0-3,5`; empty where it does not tell. */
export interface CpuState {
  readonly cpusOnline: string;
  /** Cpus_allowed_list of the process. It may name CPUs that are offline. */
  readonly cpusAllowed: string;
}

/** What was not the same at two moments of one process. */
export interface CpuChange {
  readonly what: 'online' | 'allowed';
  readonly before: string;
  readonly after: string;
}

/** Every change from one state to the next; what a state does not tell has not changed. */
export function cpuChanges(states: readonly CpuState[]): CpuChange[] {
  return [
    ...changesOf(
      'online',
      states.map(({ cpusOnline }) => cpusOnline),
    ),
    ...changesOf(
      'allowed',
      states.map(({ cpusAllowed }) => cpusAllowed),
    ),
  ];
}

function changesOf(what: CpuChange['what'], lists: readonly string[]): CpuChange[] {
  const told = lists.filter((list) => list !== '');
  return told.flatMap((after, at) => {
    const before = told[at - 1];
    return before === undefined || before === after ? [] : [{ what, before, after }];
  });
}
