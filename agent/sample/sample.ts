import { createInterface } from 'node:readline';
import { writeJson } from '../channel/frames.ts';
import type { SamplerJob, SamplerMessage } from '../channel/messages.ts';
import { Clock } from '../clock.ts';
import { agentExitCodes } from '../exit-codes.ts';
import { CounterReader } from './counter-reader.ts';
import { openRawLog } from './raw-log.ts';

const supervisorFd = 3;
const everyMs = 1000;

/**
 * Role `sample`: the board's counters once a second, as events to the supervisor, and the raw log in the
 * run directory. Its job is the first line of standard input; it ends when standard input does, and so with
 * the supervisor, however that ended.
 */
export async function sample(): Promise<number> {
  // Signals sent to a whole group reach it too; when to stop is the supervisor's to say.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  const input = createInterface({ input: process.stdin });
  const closed = new Promise<null>((resolve) => input.once('close', () => resolve(null)));
  const line = new Promise<string>((resolve) => input.once('line', resolve));
  const job = await Promise.race([line, closed]);
  if (job !== null) await sampleUntil(closed, JSON.parse(job) as SamplerJob);
  return agentExitCodes.ok;
}

async function sampleUntil(closed: Promise<unknown>, job: SamplerJob): Promise<void> {
  const clock = new Clock(BigInt(job.origin_ns));
  const counters = new CounterReader();
  let hasReader = true;
  const send = (message: SamplerMessage) => {
    try {
      if (hasReader) writeJson(supervisorFd, message);
    } catch {
      // The supervisor is gone, and standard input about to end.
      hasReader = false;
    }
  };
  const log = openRawLog(job, (code, text) =>
    send({ kind: 'warn', t_ns: clock.now_ns(), code, text }),
  );
  const tick = () => {
    const t_ns = clock.now_ns();
    log.append(t_ns);
    send({ kind: 'tele', t_ns, ...counters.read() });
  };
  tick();
  const timer = setInterval(tick, everyMs);
  await closed;
  clearInterval(timer);
  tick();
  const programCpu_ns = await log.close();
  const { user, system } = process.cpuUsage();
  send({ kind: 'usage', cpu_ns: (user + system) * 1000 + programCpu_ns });
}
