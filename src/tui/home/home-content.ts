import { readdir } from 'node:fs/promises';
import { cleanLine } from '../../../agent/protocol/clean-text.ts';
import { listRuns } from '../../../host/results/saved-runs.ts';
import { configuredHosts } from '../../../host/ssh/configured-hosts.ts';
import { builtInModels } from '../../../models/built-in.ts';
import { type Recent, readRecent } from '../../config/recent.ts';
import type { Choice, HomeContent } from './home-state.ts';

export interface HomePlaces {
  readonly recent: string;
  readonly runs: string;
  /** Where `.onnx` files are looked for. */
  readonly here: string;
}

/** Everything that the home screen offers: what was used last comes first. */
export async function homeContent(places: HomePlaces): Promise<HomeContent> {
  const [recent, hosts, files, runs] = await Promise.all([
    readRecent(places.recent),
    configuredHosts(),
    modelFiles(places.here),
    listRuns(places.runs),
  ]);
  return { boards: boardsOf(recent, hosts), models: modelsOf(recent, files), runs };
}

function boardsOf(recent: Recent, hosts: readonly string[]): Choice[] {
  return distinct([
    ...recent.boards.map(({ name, about, seenUtc }) => ({
      name,
      about: [about, `measured ${seenUtc.slice(0, 10)}`].filter(Boolean).join(' · '),
    })),
    { name: 'demo', about: 'this machine, behind an SSH server inside the program' },
    ...hosts.map((name) => ({ name, about: '~/.ssh/config' })),
  ]);
}

function modelsOf(recent: Recent, files: readonly string[]): Choice[] {
  return distinct([
    ...recent.models.map((name) => ({ name, about: 'measured before' })),
    ...builtInModels.map(({ name, summary }) => ({ name, about: summary })),
    ...files.map((name) => ({ name, about: 'in this directory' })),
  ]);
}

function distinct(choices: readonly Choice[]): Choice[] {
  return [
    ...new Map(choices.toReversed().map((choice) => [choice.name, choice])).values(),
  ].reverse();
}

async function modelFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names
    .filter((name) => name.endsWith('.onnx') && name === cleanLine(name))
    .sort()
    .slice(0, 200);
}
