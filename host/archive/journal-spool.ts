import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JournalEvent } from '../../agent/contract/events.ts';
import { segmentFile } from '../../agent/contract/run-files.ts';
import { OrinError } from '../errors.ts';
import { JournalReader } from '../journal/journal.ts';
import type { JournalData } from '../journal/journal-data.ts';
import { type BoardLimits, boardLimits } from '../link/board-limits.ts';
import { formatBytes } from '../quantities/bytes.ts';
import { type FileHash, hashFile } from '../workstation/hash-file.ts';
import { runFiles, unwritable } from './directory.ts';
import { removeLeftovers } from './leftovers.ts';
import { readSavedJournal } from './saved-runs.ts';
import { markOwner, unmarkOwner } from './spool-owner.ts';

const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = constants;

/** What is received once more. */
export type JournalCopy = Pick<Spool, 'append' | 'hasEnded'>;

/** A journal on its way in: on disk as it came, and read at the same time. */
export interface Spool {
  /** Holds the journal of the segment and whatever else is collected, until the run is saved. */
  readonly directory: string;
  /** Bytes received: where another connection goes on. */
  readonly bytes: number;
  readonly events: number;
  /** SHA-256 of the bytes received. */
  readonly sha256: string;
  /** The last event of the run was read. */
  readonly hasEnded: boolean;
  /** It was, and all that it says of the bytes before it is so. */
  readonly isVerified: boolean;
  /** Writes the next bytes, then gives the events that they completed. */
  append(chunk: Buffer): Promise<readonly JournalEvent[]>;
  /**
   * Whether the first bytes received are a whole file of that size and SHA-256: it adds nothing to
   * what is here.
   */
  contains(file: FileHash): Promise<boolean>;
  /**
   * Receives all bytes once more, beside those that are here. They take their place when their
   * SHA-256 is that one and they hold no fewer events; with fewer they stay beside, in a file whose
   * name ends in `.board`. What `receive` throws leaves what is here, too.
   */
  receiveAgain(
    receive: (copy: JournalCopy) => Promise<unknown>,
    sha256: string,
  ): Promise<'taken' | 'damaged' | 'fewer-events'>;
  /** Closes the file and gives what was read. */
  close(): Promise<JournalData>;
  /** Closes the file of a run that stays on the board, and removes what is here of it. */
  discard(): Promise<void>;
}

/** Where this process receives a run. */
export function incomingDirectory(runsDirectory: string, runId: string): string {
  return join(runsDirectory, `.incoming-${runId}-${process.pid}`);
}

export interface SpoolOptions {
  /** Default 1. */
  readonly segment?: number | undefined;
  /**
   * Keeps nothing of the iterations in memory; `close` then reads the journal again, from the disk.
   */
  readonly isLean?: boolean;
  readonly limits?: BoardLimits | undefined;
}

/**
 * Opens a spool in a directory of its own beside the finished runs, so that saving the run is a
 * rename and a program that dies leaves what it had received. What others left that holds nothing
 * is removed first.
 * @throws OrinError `results-unwritable`, here and in `append`, `receiveAgain`, `close`;
 *   `journal-too-large` in the first two.
 */
export async function openSpool(
  runsDirectory: string,
  runId: string,
  { segment = 1, isLean = false, limits = boardLimits }: SpoolOptions = {},
): Promise<Spool> {
  await removeLeftovers(runsDirectory);
  const directory = incomingDirectory(runsDirectory, runId);
  const path = join(directory, segmentFile(runFiles.journal, segment));
  const received = await sayingWhere(directory, async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await markOwner(directory);
    return await openReceived(path, isLean);
  });
  return new JournalSpool(path, received, { isLean, runId, mostBytes: limits.journalBytes });
}

class JournalSpool implements Spool {
  readonly directory: string;
  readonly #path: string;
  readonly #isLean: boolean;
  readonly #bounds: JournalSize;
  #received: ReceivedJournal;

  constructor(
    path: string,
    received: ReceivedJournal,
    bounds: JournalSize & { readonly isLean: boolean },
  ) {
    this.directory = dirname(path);
    this.#path = path;
    this.#isLean = bounds.isLean;
    this.#bounds = bounds;
    this.#received = received;
  }

  get bytes(): number {
    return this.#received.bytes;
  }

  get events(): number {
    return this.#received.events;
  }

  get sha256(): string {
    return this.#received.sha256;
  }

  get hasEnded(): boolean {
    return this.#received.hasEnded;
  }

  get isVerified(): boolean {
    return this.#received.isVerified;
  }

  async append(chunk: Buffer): Promise<readonly JournalEvent[]> {
    return await this.#appendTo(this.#received, chunk);
  }

  async contains({ sizeBytes, sha256 }: FileHash): Promise<boolean> {
    if (sizeBytes > this.#received.bytes) return false;
    if (sizeBytes === 0) return true;
    const first = () => hashFile(this.#path, undefined, sizeBytes);
    return (await sayingWhere(this.directory, first)).sha256 === sha256;
  }

  async receiveAgain(
    receive: (copy: JournalCopy) => Promise<unknown>,
    sha256: string,
  ): Promise<'taken' | 'damaged' | 'fewer-events'> {
    const path = `${this.#path}.again`;
    const open = () => openReceived(path, this.#isLean);
    const copy = await sayingWhere(this.directory, open);
    try {
      await receive({
        append: (chunk) => this.#appendTo(copy, chunk),
        get hasEnded() {
          return copy.hasEnded;
        },
      });
      if (copy.sha256 !== sha256) return 'damaged';
      if (copy.events < this.#received.events) {
        await sayingWhere(this.directory, () => rename(path, `${this.#path}.board`));
        return 'fewer-events';
      }
      await sayingWhere(this.directory, () => rename(path, this.#path));
      const old = this.#received;
      this.#received = copy;
      await old.file.close();
      return 'taken';
    } finally {
      if (this.#received !== copy) {
        await copy.file.close().catch(() => undefined);
        await rm(path, { force: true });
      }
    }
  }

  async close(): Promise<JournalData> {
    const { file, reader } = this.#received;
    await sayingWhere(this.directory, async () => {
      await file.sync();
      await file.close();
      await unmarkOwner(this.directory);
    });
    return this.#isLean ? await readSavedJournal(this.directory) : reader.end();
  }

  async #appendTo(journal: ReceivedJournal, chunk: Buffer): Promise<readonly JournalEvent[]> {
    if (journal.bytes + chunk.length > this.#bounds.mostBytes) throw tooLarge(this.#bounds);
    return await sayingWhere(this.directory, () => journal.append(chunk));
  }

  async discard(): Promise<void> {
    await this.#received.file.close().catch(() => undefined);
    await rm(this.directory, { recursive: true, force: true });
  }
}

interface JournalSize {
  readonly runId: string;
  readonly mostBytes: number;
}

function tooLarge({ runId, mostBytes }: JournalSize): OrinError {
  return new OrinError({
    code: 'journal-too-large',
    what: `the journal of run ${runId} is larger than any run makes it`,
    why: `more than ${formatBytes(mostBytes)} came`,
    next: `it stays on the board, in runs/${runId} of its base directory: see what fills it there`,
  });
}

async function openReceived(path: string, isLean: boolean): Promise<ReceivedJournal> {
  const file = await open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600);
  return new ReceivedJournal(file, isLean);
}

/** Journal bytes in one file, from the first on. */
class ReceivedJournal {
  readonly file: FileHandle;
  readonly reader: JournalReader;
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;
  #events = 0;

  constructor(file: FileHandle, isLean: boolean) {
    this.file = file;
    this.reader = new JournalReader(isLean);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get events(): number {
    return this.#events;
  }

  get sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  get hasEnded(): boolean {
    return this.reader.isComplete;
  }

  get isVerified(): boolean {
    return this.reader.isComplete && this.reader.problemCount === 0;
  }

  async append(chunk: Buffer): Promise<readonly JournalEvent[]> {
    await this.file.appendFile(chunk);
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
    const events = this.reader.push(chunk);
    this.#events += events.length;
    return events;
  }
}

/** On a full disk or in a directory that cannot be written, the message names the place. */
async function sayingWhere<T>(directory: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw unwritable(error, directory, null);
  }
}
