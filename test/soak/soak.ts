import { access } from 'node:fs/promises';
import { Account } from './account.ts';
import type { Fault } from './faults.ts';
import { count, describe, type Figures, isAllWell, noFigures } from './figures.ts';
import { ageFiles } from './leaks.ts';
import { Program, type ProgramEnd } from './program.ts';
import { Random } from './random.ts';
import { openScene, runsOnBoard, type Scene } from './scene.ts';
import { type Watched, watchProgram } from './watched-program.ts';

/** From this attempt on nothing disturbs the collecting of a run. */
const CALM_ATTEMPT = 3;
const MAX_ATTEMPTS = 6;
const REPORT_MS = 60_000;

/**
 * Benchmarks back to back on one board, disturbed every few seconds, and nothing of them may be
 * lost.
 */
export class Soak {
  readonly #seed: number;
  readonly #random: Random;
  readonly #say: (text: string) => void;
  readonly #figures: Figures = noFigures();
  readonly #beganMs = performance.now();

  constructor(seed: number, say: (text: string) => void) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#say = say;
  }

  /** Gives whether all was well. The signal ends it after the run of the moment. */
  async run(forMs: number, stop: AbortSignal): Promise<boolean> {
    this.#say(`soak of ${forMs / 60_000} min, seed ${this.#seed}`);
    const scene = await openScene();
    const report = setInterval(() => this.#report(), REPORT_MS);
    try {
      const cycles = new Cycles(scene, this.#random, this.#figures, (text) => this.#log(text));
      const isTimeLeft = () => performance.now() - this.#beganMs < forMs;
      while (isTimeLeft() && !stop.aborted) await cycles.next();
      await cycles.clean();
    } finally {
      clearInterval(report);
      await scene.remove();
    }
    this.#report();
    const isWell = isAllWell(this.#figures);
    this.#say(isWell ? 'nothing was lost, nothing is left' : 'something is WRONG: see above');
    return isWell;
  }

  #report(): void {
    this.#say(describe(this.#figures, performance.now() - this.#beganMs));
  }

  #log(text: string): void {
    const minutes = ((performance.now() - this.#beganMs) / 60_000).toFixed(2);
    this.#say(`${minutes} min  ${text}`);
  }
}

/** One run after another, each from `bench` to its collection. */
class Cycles {
  readonly #scene: Scene;
  readonly #random: Random;
  readonly #figures: Figures;
  readonly #log: (text: string) => void;
  readonly #account: Account;
  #programs: string[] = [];
  /** The lock of a supervisor that was killed stays until the next run takes it over. */
  #hasStaleLock = false;
  /** Faults of this run, from its first program to its last. */
  #faults: Fault[] = [];
  #rivals: Promise<void>[] = [];

  constructor(scene: Scene, random: Random, figures: Figures, log: (text: string) => void) {
    this.#scene = scene;
    this.#random = random;
    this.#figures = figures;
    this.#log = log;
    this.#account = new Account(scene, figures, (text) => this.#complain(text));
  }

  async next(): Promise<void> {
    this.#faults = [];
    this.#programs = [];
    this.#rivals = [];
    if (this.#random.isOneIn(4)) await this.clean();
    const bench = [...this.#bench(), '--transport', this.#transport()];
    const first = await this.#watch('bench', bench, true);
    await Promise.all(this.#rivals);
    await this.#judgeWhatIsLeft(bench, first);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const [runId] = await runsOnBoard(this.#scene);
      if (runId === undefined) break;
      const attach = ['attach', ...this.#scene.throughRelay, runId];
      const args = [...attach, '--transport', this.#transport()];
      await this.#watch('attach', args, attempt < CALM_ATTEMPT);
      await Promise.all(this.#rivals);
    }
    const ends = await this.#account.settle();
    this.#log(`${this.#programs.join(', ')}: ${ends} (${this.#faults})`);
    this.#judgeEnds(ends);
    if (this.#faults.includes('supervisor killed')) this.#hasStaleLock = true;
    else if (ends.length > 0) this.#hasStaleLock = false;
    await this.#account.lookForProcesses();
    await this.#expectEmptyBoard();
    if (this.#faults.includes('program killed')) await this.#sweepAfterKilled();
    await this.#account.lookForFiles(this.#hasStaleLock ? ['lock'] : []);
  }

  /** What a killed program was receiving can go only with the next program that receives a run. */
  async #sweepAfterKilled(): Promise<void> {
    if (!(await this.#account.hasSpools())) return;
    const args = [...this.#scene.directly, '--model', 'mlp-tiny', '--threads', '1', '--quick'];
    const bench = ['bench', ...args, '--blocks', '1'];
    const end = await this.#undisturbed(bench);
    count(this.#figures.programs, `sweep → ${end.code}`);
    if (end.code !== 0) this.#complainOfEnd(bench, end);
    else this.#hasStaleLock = false;
    this.#judgeEnds(await this.#account.settle());
    await this.#account.lookForProcesses();
  }

  /** Nothing of ours may be on the board after this. */
  async clean(): Promise<void> {
    const end = await this.#undisturbed(['clean', ...this.#scene.directly]);
    const isLeft = await access(this.#scene.base).then(
      () => true,
      () => false,
    );
    if (end.code === 0 && !isLeft) return;
    this.#figures.wrong.filesLeaked += 1;
    this.#complain(`clean ends with ${end.code}: ${end.stdout}${end.stderr}`);
  }

  #bench(): string[] {
    const blocks = Math.floor(this.#random.between(1, 5));
    const short = ['--model', 'mlp-tiny', '--threads', '1', '--quick', '--blocks', `${blocks}`];
    return ['bench', ...this.#scene.throughRelay, ...short];
  }

  #transport(): string {
    return this.#random.weighted({ ssh2: 2, ssh: 1 });
  }

  async #watch(verb: string, args: readonly string[], isDisturbed: boolean): Promise<Watched> {
    const watched = await watchProgram(this.#scene, args, {
      random: this.#random,
      figures: this.#figures,
      startRival: isDisturbed ? () => this.#rivals.push(this.#runRival()) : null,
    });
    this.#faults.push(...watched.faults);
    const end = `${verb} → ${watched.code ?? 'killed'}`;
    count(this.#figures.programs, end);
    this.#programs.push(end);
    this.#judge(args, watched);
    return watched;
  }

  /**
   * A second benchmark of the same board at the same time: refused, unless the first has just
   * ended.
   */
  async #runRival(): Promise<void> {
    const args = this.#bench();
    const program = new Program(args, this.#scene.workstation);
    const { code, stderr } = await program.end;
    const isRefused = code === 4 && /busy|is benchmarking/.test(stderr);
    const end = isRefused ? 'second → busy' : `second → ${code}`;
    count(this.#figures.programs, end);
    this.#programs.push(end);
    if (code !== 0 && code !== 4) this.#complainOfEnd(args, { code, stderr, stdout: '' });
  }

  #judge(args: readonly string[], watched: Watched): void {
    if (watched.isHung) {
      this.#figures.wrong.programsHung += 1;
      this.#complain(`${args.join(' ')} hung; faults: ${watched.faults}\n${tail(watched.stderr)}`);
      return;
    }
    if (isExplained(watched, this.#faults)) return;
    this.#complainOfEnd(args, watched);
  }

  /**
   * A benchmark that ended although its run goes on: only a signal may do that, or a cut while it
   * was collected.
   */
  async #judgeWhatIsLeft(args: readonly string[], { code, stderr }: Watched): Promise<void> {
    if ((await runsOnBoard(this.#scene)).length === 0) return;
    if (code === 0) this.#figures.collectedLater += 1;
    if (code === 4 && !this.#faults.includes('supervisor killed')) {
      this.#complainOfEnd(args, { code, stderr, stdout: '' });
    }
  }

  #complainOfEnd(args: readonly string[], { code, stderr }: ProgramEnd): void {
    this.#figures.wrong.unexplainedEnds += 1;
    this.#complain(`${args.join(' ')} ends with ${code}; faults: ${this.#faults}\n${tail(stderr)}`);
  }

  /** A run is cut or cancelled only by what cuts or cancels. */
  #judgeEnds(ends: readonly string[]): void {
    const causes: Partial<Record<string, Fault>> = {
      cut: 'supervisor killed',
      cancelled: 'program interrupted',
    };
    for (const end of ends) {
      const cause = causes[end];
      if (cause === undefined || this.#faults.includes(cause)) continue;
      this.#figures.wrong.unexplainedEnds += 1;
      this.#complain(`a run ended as ${end}, with these faults: ${this.#faults}`);
    }
  }

  async #expectEmptyBoard(): Promise<void> {
    // Over the ssh client, which also sweeps what one of a killed program left a while ago.
    await ageFiles(this.#scene.workstation.temporary, 3_600_000);
    const args = ['runs', ...this.#scene.directly, '--json', '--transport', 'ssh'];
    const { code, stdout, stderr } = await this.#undisturbed(args);
    if (code === 0 && stdout.trim() === '[]') return;
    this.#figures.wrong.runsNotCollected += 1;
    this.#complain(`not all runs were collected: exit ${code}, ${stdout}${stderr}`);
    await this.#undisturbed(['clean', ...this.#scene.directly, '--force']);
  }

  #complain(text: string): void {
    this.#log(`✗ ${text}`);
  }

  async #undisturbed(args: readonly string[]): Promise<ProgramEnd> {
    return await new Program(args, this.#scene.workstation).end;
  }
}

function isExplained({ code }: ProgramEnd, faults: readonly Fault[]): boolean {
  const by = (...causes: readonly Fault[]) => faults.some((fault) => causes.includes(fault));
  if (code === 0) return true;
  if (code === 4) return faults.length > 0;
  if (code === 130) return by('program interrupted');
  if (code === 143) return by('program terminated');
  return code === null && by('program killed');
}

const tail = (text: string) => text.trimEnd().split('\n').slice(-12).join('\n');
