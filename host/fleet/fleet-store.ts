import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { cleanLine } from '../../agent/contract/clean-text.ts';
import { unwritable } from '../archive/directory.ts';
import { OrinError } from '../errors.ts';
import { cleanStrings } from '../journal/clean-strings.ts';
import { readRegular } from '../workstation/regular-file.ts';
import type { FleetBoard } from './fleet-board.ts';
import {
  type BoardRecord,
  FLEET_SCHEMA,
  type FleetRecord,
  fleetRecordSchema,
} from './fleet-record.ts';

/** Where fleet runs and the runs of their boards lie. */
export interface FleetDirectories {
  readonly fleets: string;
  readonly runs: string;
}

/** A fleet run on the disk, kept up to date while it goes on. */
export interface FleetStore {
  readonly directory: string;
  /** As it stands now. */
  readonly record: FleetRecord;
  /**
   * Changes a board's part and writes it down; changes in quick succession become one file.
   * @throws OrinError `results-unwritable`
   */
  update(name: string, change: Partial<Omit<BoardRecord, 'board'>>): Promise<void>;
  /** Removes all of it: for a run that was only planned. */
  remove(): Promise<void>;
}

const FILE = 'fleet.json';

/**
 * A new fleet run, on the disk before anything is connected. @throws OrinError `results-unwritable`
 */
export async function createFleet(
  directories: FleetDirectories,
  parts: Pick<FleetRecord, 'name' | 'toolVersion' | 'options'> & {
    readonly boards: readonly FleetBoard[];
  },
): Promise<FleetStore> {
  const createdUtc = new Date().toISOString();
  const stamp = createdUtc.replace(/[-:]/gu, '').replace('T', '-').slice(0, 15);
  const record: FleetRecord = {
    schema: FLEET_SCHEMA,
    id: `${stamp}-${randomBytes(3).toString('hex')}`,
    createdUtc,
    ...parts,
    boards: parts.boards.map((board) => ({
      board,
      outcome: 'pending',
      attempts: 0,
      runId: null,
      isSaved: false,
      failure: null,
    })),
  };
  const store = new StoredFleet(directories, record);
  await store.write();
  return store;
}

/**
 * Opens a fleet run by its id or an unambiguous beginning of it; `latest` is the newest.
 * @throws OrinError `run-unknown`, `results-unreadable`
 */
export async function openFleet(
  directories: FleetDirectories,
  wanted: string,
): Promise<FleetStore> {
  const ids = await fleetIds(directories.fleets);
  const matches = wanted === 'latest' ? ids.slice(0, 1) : ids.filter((id) => id.startsWith(wanted));
  const id = ids.find((each) => each === wanted) ?? matches[0];
  if (id === undefined || (matches.length > 1 && id !== wanted)) {
    throw new OrinError({
      code: 'run-unknown',
      what:
        matches.length > 1
          ? `${matches.length} fleet runs begin with ${cleanLine(wanted, 60)}`
          : `no fleet run ${cleanLine(wanted, 60)}`,
      why: ids.length === 0 ? 'there is none yet' : `there are ${ids.slice(0, 5).join(', ')}`,
      next: 'orin-remote fleet list',
    });
  }
  return new StoredFleet(directories, await readRecord(directories.fleets, id));
}

/** All fleet runs, newest first; those that cannot be read are left out. */
export async function listFleets(directories: FleetDirectories): Promise<FleetRecord[]> {
  const records: FleetRecord[] = [];
  for (const id of await fleetIds(directories.fleets)) {
    const record = await readRecord(directories.fleets, id).catch(() => null);
    if (record !== null) records.push(record);
  }
  return records;
}

/** Ids begin with the time at which they were made. */
async function fleetIds(fleets: string): Promise<string[]> {
  const entries = await readdir(fleets, { withFileTypes: true }).catch(() => []);
  const directories = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return directories.sort().reverse();
}

async function readRecord(fleets: string, id: string): Promise<FleetRecord> {
  const path = join(fleets, id, FILE);
  try {
    return fleetRecordSchema.parse(cleanStrings(JSON.parse(await readRegular(path))));
  } catch (error) {
    throw new OrinError({
      code: 'results-unreadable',
      what: `cannot read ${path}`,
      why: cleanLine(error instanceof Error ? error.message : String(error)),
      next: 'the runs of its boards are not concerned: orin-remote results',
      cause: error,
    });
  }
}

class StoredFleet implements FleetStore {
  readonly directory: string;
  readonly #runs: string;
  #record: FleetRecord;
  /** The write that is waiting for the one under way; whatever changes meanwhile goes with it. */
  #next: Promise<void> | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(directories: FleetDirectories, record: FleetRecord) {
    this.directory = join(directories.fleets, record.id);
    this.#runs = directories.runs;
    this.#record = record;
  }

  get record(): FleetRecord {
    return this.#record;
  }

  async update(name: string, change: Partial<Omit<BoardRecord, 'board'>>): Promise<void> {
    const boards = this.#record.boards.map((each) =>
      each.board.name === name ? { ...each, ...change } : each,
    );
    this.#record = { ...this.#record, boards };
    const changed = boards.find((each) => each.board.name === name);
    if (changed?.isSaved && changed.runId !== null) await this.#link(name, changed.runId);
    await this.write();
  }

  write(): Promise<void> {
    if (this.#next !== null) return this.#next;
    const next = this.#last
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        return this.#writeNow();
      });
    this.#next = next;
    this.#last = next;
    return next;
  }

  async remove(): Promise<void> {
    await this.#last.catch(() => undefined);
    await rm(this.directory, { recursive: true, force: true });
  }

  async #writeNow(): Promise<void> {
    const path = join(this.directory, FILE);
    try {
      await mkdir(this.directory, { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, `${JSON.stringify(this.#record, null, 2)}\n`, { mode: 0o600 });
      await rename(`${path}.new`, path);
    } catch (error) {
      throw unwritable(error, this.directory, null);
    }
  }

  /**
   * `boards/orin-07.local` leads to the board's run, which lies with all runs and is opened like
   * any.
   */
  async #link(name: string, runId: string): Promise<void> {
    const link = join(this.directory, 'boards', name.replaceAll(/[^\w.@:-]/gu, '_'));
    await mkdir(dirname(link), { recursive: true, mode: 0o700 });
    await rm(link, { force: true });
    // A file system without links has the id in fleet.json all the same.
    await symlink(relative(dirname(link), join(this.#runs, runId)), link).catch(() => undefined);
  }
}
