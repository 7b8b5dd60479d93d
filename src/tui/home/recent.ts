import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { givenConnection } from '../../../host/reach/connection-settings.ts';

const line = z.string().overwrite((value) => cleanLine(value, 400));

const boardSchema = z.object({
  /** As it was named to the program. */
  name: line,
  /** `Jetson Orin Nano · JetPack 6.2.1 · 15W · 6 CPUs` */
  about: line,
  /** When the program last spoke with it. */
  seenUtc: line,
  cpus: z.int().positive().nullable().catch(null),
  /** How it was reached, beyond its name. */
  way: givenConnection.catch({}),
  /** Runs that were on it then, not collected from here. */
  runs: z
    .array(z.object({ runId: line, isRunning: z.boolean() }))
    .max(50)
    .catch([]),
});
export type RecentBoard = z.infer<typeof boardSchema>;

const recentSchema = z.object({
  boards: z.array(boardSchema).catch([]),
  /** Absolute paths of `.onnx` files. */
  models: z.array(line).catch([]),
});
/** Boards and model files that were measured from this workstation, newest first. */
export type Recent = z.infer<typeof recentSchema>;

const MAX_RECENT = 20;
const nothing: Recent = { boards: [], models: [] };

/** `$XDG_STATE_HOME/orin-remote/recent.json` */
export function recentPath(environment: Readonly<Record<string, string | undefined>>): string {
  const state = environment.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(state, 'orin-remote', 'recent.json');
}

/** What was used recently; nothing where the file is missing or no longer makes sense. */
export async function readRecent(path: string): Promise<Recent> {
  try {
    return recentSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return nothing;
  }
}

/**
 * Puts a board in front, as `change` makes it of what was known. A list that cannot be written is
 * no reason to fail.
 */
export async function rememberBoard(
  path: string,
  name: string,
  change: (before: RecentBoard | null) => RecentBoard,
): Promise<void> {
  const { boards, models } = await readRecent(path);
  const board = change(boards.find((each) => each.name === name) ?? null);
  const others = boards.filter((each) => each.name !== name);
  await writeRecent(path, { boards: [board, ...others].slice(0, MAX_RECENT), models });
}

/** Puts a model file in front. */
export async function rememberModel(path: string, model: string): Promise<void> {
  const { boards, models } = await readRecent(path);
  const others = models.filter((each) => each !== model);
  await writeRecent(path, { boards, models: [model, ...others].slice(0, MAX_RECENT) });
}

async function writeRecent(path: string, recent: Recent): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}`;
    await writeFile(temporary, `${JSON.stringify(recent, null, 2)}\n`);
    await rename(temporary, path);
  } catch {}
}
