import { access, readdir } from 'node:fs/promises';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { listRuns } from '../../../host/archive/saved-runs.ts';
import { OrinError } from '../../../host/errors.ts';
import type { FleetBoard } from '../../../host/fleet/fleet-board.ts';
import { readFleetFile } from '../../../host/fleet/fleet-file.ts';
import { configuredHosts } from '../../../host/reach/config/configured-hosts.ts';
import { builtInModels } from '../../../models/built-in.ts';
import { readPlan } from '../../options/fleet-values.ts';
import { boardChoices } from './board-choices.ts';
import type { Choice, HomeContent } from './home-state.ts';
import { type Recent, readRecent } from './recent.ts';

const MAX_BOARDS = 500;

export interface HomePlaces {
  readonly recent: string;
  /** The fleet file that is used where none is named. */
  readonly fleetFile: string;
  readonly runs: string;
  /** Where `.onnx` files are looked for. */
  readonly here: string;
}

/** Everything that the home screen offers: what was used last comes first. */
export async function homeContent(places: HomePlaces): Promise<HomeContent> {
  const [recent, fleet, hosts, files, runs] = await Promise.all([
    readRecent(places.recent),
    fleetBoards(places.fleetFile),
    configuredHosts(),
    modelFiles(places.here),
    listRuns(places.runs),
  ]);
  return {
    boards: boardChoices(recent.boards, fleet.boards, hosts),
    models: modelsOf(recent, files),
    runs,
    problem: fleet.problem,
  };
}

/** The boards of the fleet file; a file with a mistake is no reason not to start. */
async function fleetBoards(path: string): Promise<{
  readonly boards: readonly FleetBoard[];
  readonly problem: string | null;
}> {
  try {
    await access(path);
  } catch {
    return { boards: [], problem: null };
  }
  try {
    const { boards } = await readFleetFile(path, readPlan);
    return { boards: boards.slice(0, MAX_BOARDS), problem: null };
  } catch (error) {
    if (!(error instanceof OrinError)) throw error;
    return { boards: [], problem: [error.message, error.why].filter(Boolean).join(': ') };
  }
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
