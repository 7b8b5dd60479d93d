import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { resultSchema } from '../../host/analysis/result/result.ts';
import { count, type Figures } from './figures.ts';
import { type Counted, countJournal } from './journal-audit.ts';
import { filesBelow, processesNaming, stillThere } from './leaks.ts';
import { Program } from './program.ts';
import { runsOnBoard, type Scene } from './scene.ts';

/** Says what is wrong, with what a person needs to look into it. */
export type Complain = (text: string) => void;

/** Processes and connections that have lost their other end notice within this. */
const SETTLE_MS = 25_000;

const stored = /^(store\/sha256\/[0-9a-f]{2}\/[0-9a-f]{64}$|runtimes\/)/;
const isExpected = (path: string) => stored.test(path) || unfinishedUpload.test(path);
const unfinishedUpload = /^store\/incoming\/[0-9a-f]{64}\.[a-z]+\.\d+-\d+\.part$/;

/**
 * Holds what is saved here against what the supervisors wrote on the board, run by run, and forgets
 * both.
 */
export class Account {
  readonly #scene: Scene;
  readonly #figures: Figures;
  readonly #complain: Complain;
  readonly #spans: { readonly runId: string; readonly span: NonNullable<Counted['span_ns']> }[] =
    [];

  constructor(scene: Scene, figures: Figures, complain: Complain) {
    this.#scene = scene;
    this.#figures = figures;
    this.#complain = complain;
  }

  /** All runs that have begun since the last settlement; gives how they ended. */
  async settle(): Promise<string[]> {
    const { audit } = this.#scene;
    await audit.look();
    const ends: string[] = [];
    for (const runId of audit.runIds) {
      const measured = await audit.read(runId);
      this.#compareSpans(runId, measured);
      ends.push(await this.#settleRun(runId, measured));
      await audit.forget(runId);
      await rm(join(this.#scene.saved, runId), { recursive: true, force: true });
    }
    return ends;
  }

  async #settleRun(runId: string, measured: Counted): Promise<string> {
    const { wrong } = this.#figures;
    this.#figures.iterationsMeasured += measured.iterations;
    const directory = join(this.#scene.saved, runId);
    const bytes = await readFile(join(directory, 'journal.ndjson')).catch(() => null);
    const saved = bytes === null ? null : countJournal(bytes);
    this.#figures.iterationsSaved += saved?.iterations ?? 0;
    wrong.iterationsLost += measured.iterations - (saved?.iterations ?? 0);
    if (saved === null) {
      // A run that a busy board refused has nothing to lose, and its program said so.
      if (measured.iterations === 0) return this.#ended('refused');
      wrong.runsNotCollected += 1;
      this.#complain(`run ${runId} was never saved: ${measured.iterations} iterations`);
      return this.#ended('lost');
    }
    if (!saved.bytes.equals(measured.bytes)) {
      wrong.journalsUnlike += 1;
      this.#complain(
        `run ${runId}: ${measured.bytes.length} bytes were written, ${saved.bytes.length} others saved`,
      );
    }
    const result = resultSchema.parse(
      JSON.parse(await readFile(join(directory, 'result.json'), 'utf8')),
    );
    const counts = [result.run.iterations, saved.saidIterations ?? result.run.iterations];
    if (counts.some((figure) => figure !== measured.iterations)) {
      wrong.journalsUnlike += 1;
      this.#complain(`run ${runId}: ${measured.iterations} iterations, but it says ${counts}`);
    }
    await this.#verify(runId);
    return this.#ended(result.run.ended);
  }

  #ended(how: string): string {
    count(this.#figures.runs, how);
    return how;
  }

  async #verify(runId: string): Promise<void> {
    const program = new Program(['results', 'verify', runId], this.#scene.workstation);
    const { code, stdout, stderr } = await program.end;
    if (code === 0) return;
    this.#figures.wrong.runsNotVerified += 1;
    this.#complain(`results verify ${runId} ends with ${code}: ${stdout}${stderr}`);
  }

  /** No two runs may have measured at the same time. */
  #compareSpans(runId: string, { span_ns: span }: Counted): void {
    if (span === null) return;
    for (const other of this.#spans) {
      if (span.from > other.span.to || other.span.from > span.to) continue;
      this.#figures.wrong.runsAtOnce += 1;
      this.#complain(`runs ${runId} and ${other.runId} measured at the same time`);
    }
    this.#spans.push({ runId, span });
  }

  /** No process may be left of programs that have ended and runs that were collected. */
  async lookForProcesses(): Promise<void> {
    const processes = await stillThere(() => this.#processes(), SETTLE_MS);
    this.#figures.wrong.processesLeaked += processes.length;
    for (const one of processes) {
      this.#complain(`process left: ${one}`);
      // So that it counts once.
      endProcess(Number.parseInt(one, 10));
    }
  }

  /** Something is in the results directory beside the saved runs. */
  async hasSpools(): Promise<boolean> {
    return (await this.#beside()).length > 0;
  }

  /** Nor any file, but these of our directory on the board. */
  async lookForFiles(excused: readonly string[]): Promise<void> {
    const files = await stillThere(() => this.#files(excused), 1_000);
    this.#figures.wrong.filesLeaked += files.length;
    for (const path of files) {
      this.#complain(`file left: ${path}`);
      await rm(path, { recursive: true, force: true });
    }
  }

  async #processes(): Promise<string[]> {
    const named = await processesNaming(this.#scene.root, [process.pid]);
    const sessions = await this.#scene.sshd.sessions();
    return [...named, ...sessions.map((pid) => `${pid} sshd`)];
  }

  async #files(excused: readonly string[]): Promise<string[]> {
    const { base, saved, workstation, boardTemporary } = this.#scene;
    const all = await filesBelow(base);
    // Kept for a day, so that a push that was cut goes on where it was.
    const unfinished = all.filter((path) => unfinishedUpload.test(path)).length;
    this.#figures.unfinishedUploads = Math.max(this.#figures.unfinishedUploads, unfinished);
    const onBoard = all.filter((path) => !isExpected(path) && !excused.includes(path));
    const runs = (await runsOnBoard(this.#scene)).map((name) => `runs/${name}`);
    const incoming = await this.#beside();
    const temporary = await Promise.all(
      [workstation.temporary, boardTemporary].map(async (place) =>
        (await readdir(place)).map((name) => join(place, name)),
      ),
    );
    return [
      ...onBoard.filter((path) => !path.startsWith('runs/')).map((path) => join(base, path)),
      ...runs.map((path) => join(base, path)),
      ...incoming.map((name) => join(saved, name)),
      ...temporary.flat(),
    ];
  }

  async #beside(): Promise<string[]> {
    const names = await readdir(this.#scene.saved).catch(() => []);
    return names.filter((name) => name.startsWith('.'));
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone after all.
  }
}
