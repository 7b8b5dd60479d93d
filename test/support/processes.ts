import { readdir, readFile } from 'node:fs/promises';

/**
 * Pids of processes of our agent, and of mpstat, whose environment or arguments name this
 * directory.
 */
export async function agentProcesses(directory: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = await read(`/proc/${pid}/cmdline`);
      const environment = await read(`/proc/${pid}/environ`);
      const isOurs = /agent\.cjs|mpstat/.test(command);
      return isOurs && `${command}${environment}`.includes(directory) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

async function read(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}
