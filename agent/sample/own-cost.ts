import { join } from 'node:path';
import type { SamplerJob } from '../channel/messages.ts';
import { segmentFile } from '../contract/run-files.ts';
import { ProcFile } from '../proc/proc-file.ts';
import { processCpu_ns } from '../proc/process-table.ts';
import { followingServer } from './following-server.ts';

/**
 * Looking through all processes takes some milliseconds: not more often than each so many readings.
 */
const lookEvery = 30;

/** What the sampler knows of our own cost, cumulative; the supervisor adds its own CPU time. */
interface OwnReading {
  readonly samplerCpu_ns: number;
  readonly sshCpu_ns?: number;
  readonly received?: number;
  readonly sent?: number;
}

/**
 * CPU time of the sampler, of what it runs and of the SSH server that brings the journal; packets
 * of the link.
 */
export class OwnCost {
  readonly #programCpu_ns: () => number;
  readonly #journalPath: string;
  readonly #received: ProcFile | null;
  readonly #sent: ProcFile | null;
  #readings = 0;
  #server: { readonly pid: number; readonly cpu_ns: number } | null = null;
  /** Of servers that are gone: a connection was lost, and another one follows. */
  #earlierCpu_ns = 0;
  #hasServed = false;

  /** `programCpu_ns` tells the CPU time of the programs that the sampler ran. */
  constructor(job: SamplerJob, programCpu_ns: () => number) {
    this.#programCpu_ns = programCpu_ns;
    this.#journalPath = join(job.runDirectory, segmentFile('journal.ndjson', job.segment));
    const directory =
      job.link && join(job.rootPath, 'sys/class/net', job.link.interface, 'statistics');
    this.#received = directory === null ? null : opened(join(directory, 'rx_packets'));
    this.#sent = directory === null ? null : opened(join(directory, 'tx_packets'));
  }

  read(): OwnReading {
    const { user, system } = process.cpuUsage();
    const sshCpu_ns = this.#serverCpu_ns();
    const received = numberIn(this.#received);
    const sent = numberIn(this.#sent);
    return {
      samplerCpu_ns: (user + system) * 1000 + this.#programCpu_ns(),
      ...(sshCpu_ns !== null && { sshCpu_ns }),
      ...(received !== null && sent !== null && { received, sent }),
    };
  }

  /** Null until a server was found. */
  #serverCpu_ns(): number | null {
    this.#readServer();
    // Not at the first reading: nobody may follow the journal yet.
    const isTimeToLook = this.#readings % lookEvery === 1;
    this.#readings += 1;
    if (this.#server === null && isTimeToLook) {
      const pid = followingServer(this.#journalPath);
      if (pid !== null) this.#server = { pid, cpu_ns: processCpu_ns(pid) };
      this.#hasServed ||= pid !== null;
    }
    return this.#hasServed ? this.#earlierCpu_ns + (this.#server?.cpu_ns ?? 0) : null;
  }

  /** Less than before is another process of the same number, or none. */
  #readServer(): void {
    if (this.#server === null) return;
    const { pid, cpu_ns } = this.#server;
    const now_ns = processCpu_ns(pid);
    if (now_ns >= cpu_ns && now_ns > 0) this.#server = { pid, cpu_ns: now_ns };
    else {
      this.#earlierCpu_ns += cpu_ns;
      this.#server = null;
    }
  }
}

function opened(path: string): ProcFile | null {
  try {
    return new ProcFile(path, 64);
  } catch {
    return null;
  }
}

/** Null when the interface is gone. */
function numberIn(file: ProcFile | null): number | null {
  try {
    const text = file?.read().toString('latin1').trim() ?? '';
    return /^\d{1,15}$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}
