/** The CPUs of one moment, as the kernel lists them: `0-3,5`; empty where it does not tell. */
export interface CpuState {
  readonly cpusOnline: string;
  /** Cpus_allowed_list of the process. It may name CPUs that are offline. */
  readonly cpusAllowed: string;
  /**
   * `0:6721 1:18306`: each CPU online with the inode number of its directory `topology` in sysfs.
   * The kernel makes this directory when a CPU comes online and removes it when it goes
   * (drivers/base/topology.c): another number means that it was away, for however short a time.
   */
  readonly cpuStarts: string;
}

/**
 * What was not the same at two moments of one process. `away`: both lists are the CPUs that went
 * and came back.
 */
export interface CpuChange {
  readonly what: 'online' | 'allowed' | 'away';
  readonly before: string;
  readonly after: string;
}

/** Every change from one state to the next; what a state does not tell has not changed. */
export function cpuChanges(states: readonly CpuState[]): CpuChange[] {
  const told = (key: keyof CpuState) =>
    states.map((state) => state[key]).filter((list) => list !== '');
  return [
    ...changesOf('online', told('cpusOnline')),
    ...changesOf('allowed', told('cpusAllowed')),
    ...awayBetween(told('cpuStarts')),
  ];
}

function changesOf(what: CpuChange['what'], lists: readonly string[]): CpuChange[] {
  return lists.flatMap((after, at) => {
    const before = lists[at - 1];
    return before === undefined || before === after ? [] : [{ what, before, after }];
  });
}

function awayBetween(starts: readonly string[]): CpuChange[] {
  return starts.flatMap((later, at): CpuChange[] => {
    const before = startOfEach(starts[at - 1] ?? '');
    const away = [...startOfEach(later)].flatMap(([cpu, start]) => {
      const earlier = before.get(cpu);
      return earlier === undefined || earlier === start ? [] : [cpu];
    });
    const list = away.join(',');
    return away.length === 0 ? [] : [{ what: 'away', before: list, after: list }];
  });
}

function startOfEach(starts: string): Map<string, string> {
  return new Map(
    starts.split(' ').flatMap((word): [string, string][] => {
      const [cpu, start] = word.split(':');
      return cpu === undefined || start === undefined ? [] : [[cpu, start]];
    }),
  );
}
