import { createInterface, type Interface } from 'node:readline';
import { writeJson } from '../channel/frames.ts';
import type { SamplerJob, SamplerMessage } from '../channel/messages.ts';
import { Clock } from '../process/clock.ts';
import { agentExitCodes } from '../process/exit-codes.ts';
import { BoardFiles } from './board-files.ts';
import { CountedSources } from './counted-sources.ts';
import { CounterReader } from './counter-reader.ts';
import { OwnCost } from './own-cost.ts';
import { openRawLog } from './raw-log.ts';

const supervisorFd = 3;
const logEvery_ns = 1e9;

/**
 * Role `sample`: the board's counters and state as events to the supervisor, and the raw log in the
 * run directory, once a second each unless the job asks for more events. Its job is the first line
 * of standard input; it ends when standard input does, and so with the supervisor, however that
 * ended.
 */
export async function sample(): Promise<number> {
  // Signals sent to a whole group reach it too; when to stop is the supervisor's to say.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  const input = createInterface({ input: process.stdin });
  const closed = new Promise<null>((resolve) => input.once('close', () => resolve(null)));
  const line = new Promise<string>((resolve) => input.once('line', resolve));
  const job = await Promise.race([line, closed]);
  if (job !== null) await sampleUntil(closed, input, JSON.parse(job) as SamplerJob);
  return agentExitCodes.ok;
}

/** Later lines say `pause` and `resume`: see `cell.isUnwatched`. */
async function sampleUntil(
  closed: Promise<unknown>,
  commands: Interface,
  job: SamplerJob,
): Promise<void> {
  const clock = new Clock(BigInt(job.origin_ns));
  const counters = new CounterReader(job.rootPath);
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
  const sources = job.isBySource ? new CountedSources(job.rootPath) : null;
  const board = new BoardFiles(job.rootPath);
  const own = new OwnCost(job, () => log.cpu_ns());
  let nextLog_ns = 0;
  let isFirst = true;
  const tick = () => {
    const t_ns = clock.now_ns();
    if (t_ns >= nextLog_ns) {
      log.append(t_ns);
      // Half a period early is on time: timers are late by a little, and would slip by a whole
      // period.
      nextLog_ns = t_ns + logEvery_ns - (job.everyMs / 2) * 1e6;
    }
    const files = board.changes();
    send({
      kind: 'tele',
      t_ns,
      ...counters.read(),
      ...(sources && { counted: sources.read() }),
      ...(Object.keys(files).length > 0 && { files }),
      own: own.read(),
      ...(isFirst && job.link && { link: job.link }),
    });
    isFirst = false;
  };
  tick();
  let timer: NodeJS.Timeout | null = setInterval(tick, job.everyMs);
  const watch = (isOn: boolean) => {
    if (timer !== null) clearInterval(timer);
    timer = isOn ? setInterval(tick, job.everyMs) : null;
    return log.watch(isOn);
  };
  let changed = Promise.resolve();
  commands.on('line', (line) => {
    changed = changed.then(() => watch(line === 'resume'));
  });
  await closed;
  await changed;
  if (timer !== null) clearInterval(timer);
  tick();
  const programCpu_ns = await log.close();
  const { user, system } = process.cpuUsage();
  send({ kind: 'usage', cpu_ns: (user + system) * 1000 + programCpu_ns });
}
