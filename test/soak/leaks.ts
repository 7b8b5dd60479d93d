import { readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Processes whose arguments or environment name this directory, `except` left out: `123 tail -f …`.
 */
export async function processesNaming(
  directory: string,
  except: readonly number[],
): Promise<string[]> {
  const pids = (await readdir('/proc')).filter(
    (name) => /^\d+$/.test(name) && !except.includes(Number(name)),
  );
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      const isOurs = `${command}${environment}`.includes(directory);
      return isOurs ? [`${pid} ${command.replaceAll('\0', ' ').slice(0, 200)}`] : [];
    }),
  );
  return found.flat();
}

/** Files below a directory, by path from there; none where it is missing. */
export async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

/** What `look` still finds when it was given time to go. */
export async function stillThere(
  look: () => Promise<readonly string[]>,
  withinMs: number,
): Promise<readonly string[]> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found.length === 0 || performance.now() > untilMs) return found;
    await sleep(200);
  }
}

/** Makes what lies in a directory look untouched for so long. */
export async function ageFiles(directory: string, ms: number): Promise<void> {
  const then = new Date(Date.now() - ms);
  for (const name of await readdir(directory)) await utimes(join(directory, name), then, then);
}
