/**
 * The CPU numbers of a kernel list, ascending: `0-2,5` is [0, 1, 2, 5]; null when it is no such
 * list.
 */
export function parseCpuList(list: string): number[] | null {
  const cpus = new Set<number>();
  for (const part of list.split(',')) {
    const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part.trim());
    if (!match) return null;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (last < first) return null;
    for (let cpu = first; cpu <= last; cpu += 1) cpus.add(cpu);
  }
  return [...cpus].sort((a, b) => a - b);
}
