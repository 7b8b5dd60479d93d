import { join } from 'node:path';
import type { SamplerJob } from '../channel/messages.ts';
import { segmentFile } from '../contract/run-files.ts';
import { Mpstat } from './mpstat.ts';
import { ProcLog } from './proc-log.ts';

/** The log a person would keep beside a run; whatever happens to it, the run goes on. */
export interface RawLog {
  append(t_ns: number): void;
  /** Whether a program that writes it by itself runs from now on; a pause is a gap in the log. */
  watch(isOn: boolean): Promise<void>;
  /** CPU time so far of the program that writes it, if one does. */
  cpu_ns(): number;
  /** Resolves with the CPU time of the program that wrote it, if one did. */
  close(): Promise<number>;
}

const nothing: RawLog = {
  append: () => {},
  watch: () => Promise.resolve(),
  cpu_ns: () => 0,
  close: () => Promise.resolve(0),
};

/** Opens the log that the job asks for; `warn` is told of a log that ends before the run. */
export function openRawLog(job: SamplerJob, warn: (code: string, text: string) => void): RawLog {
  try {
    if (job.mode === 'mpstat') return openMpstat(job, warn);
    if (job.mode === 'proc') return openProcLog(job, warn);
  } catch (error) {
    warn('telemetry-log', `no raw telemetry log: ${(error as Error).message}`);
  }
  return nothing;
}

function openMpstat(job: SamplerJob, warn: (code: string, text: string) => void): RawLog {
  const path = join(job.runDirectory, segmentFile('mpstat.log', job.segment));
  const start = () =>
    new Mpstat(path, job, (why) => warn('mpstat-ended', `mpstat ended before the run: ${why}`));
  let mpstat: Mpstat | null = start();
  let cpu_ns = 0;
  const stop = async () => {
    const running = mpstat;
    mpstat = null;
    cpu_ns += (await running?.stop()) ?? 0;
  };
  return {
    append: () => {},
    // A stopped process would outlive us; a new one appends to the same log.
    watch: async (isOn) => {
      if (!isOn) await stop();
      else mpstat ??= start();
    },
    cpu_ns: () => cpu_ns + (mpstat?.cpu_ns() ?? 0),
    close: async () => {
      await stop();
      return cpu_ns;
    },
  };
}

function openProcLog(job: SamplerJob, warn: (code: string, text: string) => void): RawLog {
  const name = segmentFile('proc.log', job.segment);
  let log: ProcLog | null = new ProcLog(join(job.runDirectory, name), job.rootPath);
  const close = () => {
    log?.close();
    log = null;
  };
  return {
    append: (t_ns) => {
      try {
        log?.append(t_ns);
      } catch (error) {
        close();
        warn('telemetry-log', `${name} ends here: ${(error as Error).message}`);
      }
    },
    watch: () => Promise.resolve(),
    cpu_ns: () => 0,
    close: () => {
      close();
      return Promise.resolve(0);
    },
  };
}
