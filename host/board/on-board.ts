import { type ProbeAnswer, wholeNumber } from './probe-answer.ts';

/** Part of an upload that a cut left behind; see host/store/push/segments.ts for its name. */
export interface PartialUpload {
  readonly name: string;
  readonly sha256: string;
  readonly packing: string;
  readonly segment: number;
  readonly segments: number;
  readonly sizeBytes: number;
}

/** A run's directory on the board. */
interface RunOnBoard {
  readonly id: string;
  readonly journalBytes: number;
  /** Board clock. */
  readonly changedUnixS: number;
  readonly pid: number | null;
  /** True when its supervisor is still there. */
  readonly isAlive: boolean;
}

/**
 * What of ours lies in the base directory. Times are the board's own clock, comparable only to each
 * other.
 */
export interface OnBoard {
  /** Size of each file in the store by sha256. */
  readonly store: ReadonlyMap<string, number>;
  /** When each file of the store was last used, Unix seconds of the board. */
  readonly lastUsedUnixS: ReadonlyMap<string, number>;
  /** What TensorRT built, by its path in the base directory: `engines/trtexec/….plan`. */
  readonly engines: ReadonlyMap<string, { readonly sizeBytes: number; readonly usedUnixS: number }>;
  readonly partials: readonly PartialUpload[];
  readonly incomingBytes: number;
  readonly runtimes: readonly string[];
  /** Those whose files are as they were when they were last verified, in this boot. */
  readonly verifiedRuntimes: ReadonlySet<string>;
  readonly runtimeUsedUnixS: ReadonlyMap<string, number>;
  readonly runs: readonly RunOnBoard[];
  /** Hashes that the plans of runs on the board name: never collected as garbage. */
  readonly referenced: ReadonlySet<string>;
}

const runId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/;

/**
 * Reads the listing lines of the probe; a line that does not fit our own naming is not ours and is
 * left out.
 */
export function readOnBoard(answer: ProbeAnswer): OnBoard {
  const store = new Map<string, number>();
  const lastUsedUnixS = new Map<string, number>();
  for (const line of answer.all('store')) {
    const match = /^store\/sha256\/([0-9a-f]{2})\/(\1[0-9a-f]{62}) (\d{1,16}) (\d{1,12})$/.exec(
      line,
    );
    const size = wholeNumber(match?.[3]);
    if (!match?.[2] || size === null) continue;
    store.set(match[2], size);
    lastUsedUnixS.set(match[2], Number(match[4]));
  }
  const runtimes = new Map<string, number>();
  for (const line of answer.all('runtime')) {
    const match = /^runtimes\/([0-9a-f]{64}) (\d{1,12})$/.exec(line);
    if (match?.[1]) runtimes.set(match[1], Number(match[2]));
  }
  return {
    store,
    lastUsedUnixS,
    engines: readEngines(answer.all('engine')),
    ...readPartials(answer.all('part')),
    runtimes: [...runtimes.keys()],
    verifiedRuntimes: new Set(answer.all('verified').filter((id) => runtimes.has(id))),
    runtimeUsedUnixS: runtimes,
    runs: readRuns(answer),
    referenced: new Set(answer.all('ref').filter((hash) => /^[0-9a-f]{64}$/.test(hash))),
  };
}

function readEngines(lines: readonly string[]): OnBoard['engines'] {
  return new Map(
    lines.flatMap((line): [string, { sizeBytes: number; usedUnixS: number }][] => {
      // Of ONNX Runtime each directory holds one combination, named after the graph; whatever else
      // lies there is not ours to remove.
      const [, path, size, used] =
        /^(engines\/(?:ort-[0-9a-f]{40}\/[A-Za-z0-9_][A-Za-z0-9._-]{0,200}|trtexec\/[0-9a-f]{40}\.(?:plan|json|\d[\d.]{0,32}\.tmp))) (\d{1,16}) (\d{1,12})$/.exec(
          line,
        ) ?? [];
      const sizeBytes = wholeNumber(size);
      if (path === undefined || sizeBytes === null) return [];
      return [[path, { sizeBytes, usedUnixS: Number(used) }]];
    }),
  );
}

function readPartials(lines: readonly string[]): Pick<OnBoard, 'partials' | 'incomingBytes'> {
  const partials: PartialUpload[] = [];
  let incomingBytes = 0;
  for (const line of lines) {
    const file = /^store\/incoming\/([^/ ]{1,200}) (\d{1,16}) \d{1,12}$/.exec(line);
    const sizeBytes = wholeNumber(file?.[2]);
    if (!file?.[1] || sizeBytes === null) continue;
    incomingBytes += sizeBytes;
    const name = /^([0-9a-f]{64})\.([a-z]{2,8})\.(\d{1,2})-(\d{1,2})\.part$/.exec(file[1]);
    if (!name?.[1] || !name[2]) continue;
    partials.push({
      name: file[1],
      sha256: name[1],
      packing: name[2],
      segment: Number(name[3]),
      segments: Number(name[4]),
      sizeBytes,
    });
  }
  return { partials, incomingBytes };
}

function readRuns(answer: ProbeAnswer): RunOnBoard[] {
  // Of a run's several journals the sum.
  const numbers = (key: string, file: RegExp) => {
    const found = new Map<string, number>();
    for (const line of answer.all(key)) {
      const [, id, name, number] = /^runs\/([^/ ]+)\/(\S+) (\d{1,16})$/.exec(line) ?? [];
      if (id && name && file.test(name)) found.set(id, (found.get(id) ?? 0) + Number(number));
    }
    return found;
  };
  const journals = numbers('journal', /^journal(-\d{1,9})?\.ndjson$/);
  const pids = numbers('pid', /^pid$/);
  const alive = new Set(answer.all('alive'));
  return answer.all('run').flatMap((line) => {
    const match = /^runs\/([^/ ]+) (\d{1,12})$/.exec(line);
    const id = match?.[1];
    if (!id || !runId.test(id)) return [];
    const pid = pids.get(id) ?? null;
    return [
      {
        id,
        journalBytes: journals.get(id) ?? 0,
        changedUnixS: Number(match[2]),
        pid,
        isAlive: pid !== null && alive.has(String(pid)),
      },
    ];
  });
}
