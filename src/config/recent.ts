import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { cleanLine } from '../../agent/protocol/clean-text.ts';

const line = z.string().overwrite((value) => cleanLine(value, 400));

const recentSchema = z.object({
  boards: z.array(z.object({ name: line, about: line, seenUtc: line })).catch([]),
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

/** Puts what was just used in front. A list that cannot be written is no reason to fail. */
export async function rememberRecent(
  path: string,
  used: { readonly board: Recent['boards'][number]; readonly model: string | null },
): Promise<void> {
  const before = await readRecent(path);
  const boards = [used.board, ...before.boards.filter(({ name }) => name !== used.board.name)];
  const models =
    used.model === null
      ? before.models
      : [used.model, ...before.models.filter((model) => model !== used.model)];
  const recent: Recent = {
    boards: boards.slice(0, MAX_RECENT),
    models: models.slice(0, MAX_RECENT),
  };
  try {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}`;
    await writeFile(temporary, `${JSON.stringify(recent, null, 2)}\n`);
    await rename(temporary, path);
  } catch {}
}
