/** A share found by simulation, with its Monte-Carlo error. */
export class Share {
  #hits = 0;
  #trials = 0;

  add(isHit: boolean): void {
    this.#trials += 1;
    if (isHit) this.#hits += 1;
  }

  get trials(): number {
    return this.#trials;
  }

  get value(): number {
    return this.#hits / this.#trials;
  }

  /**
   * Standard error, with one hit and one miss added so that it never vanishes (Agresti and Coull
   * 1998).
   */
  get error(): number {
    const share = (this.#hits + 1) / (this.#trials + 2);
    return Math.sqrt((share * (1 - share)) / Math.max(1, this.#trials));
  }

  /** True unless the share is below `promised` by more than three standard errors. */
  isAtLeast(promised: number): boolean {
    return this.#trials === 0 || this.value + 3 * this.error >= promised;
  }

  /** True unless the share is above `promised` by more than three standard errors. */
  isAtMost(promised: number): boolean {
    return this.#trials === 0 || this.value - 3 * this.error <= promised;
  }

  /** `95.1 ±0.3 %`: the share and its standard error. */
  toString(): string {
    if (this.#trials === 0) return 'none';
    return `${(100 * this.value).toFixed(1)} ±${(100 * this.error).toFixed(1)} %`;
  }
}

/** One row of a study: what was simulated, and its figures by column. */
export interface Finding {
  readonly of: string;
  readonly figures: Readonly<Record<string, Share | string>>;
}

/**
 * A question that simulation answers with the functions of the program; seeded, so that it can be
 * repeated.
 */
export interface Study {
  readonly title: string;
  /** Enough for a test; `bench/truth` takes many times as many. */
  readonly trials: number;
  findings(trials: number): readonly Finding[];
}

/** The findings as a table of text, with a title. */
export function tableOf(title: string, findings: readonly Finding[]): string {
  const columns = [...new Set(findings.flatMap(({ figures }) => Object.keys(figures)))];
  const rows = [
    ['', ...columns],
    ...findings.map(({ of, figures }) => [
      of,
      ...columns.map((column) => String(figures[column] ?? '')),
    ]),
  ];
  const widths = ['', ...columns].map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row
      .map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return [title, ...lines].join('\n');
}

/** Runs the fast version of a study, prints its table and gives its findings. */
export function told(study: Study): readonly Finding[] {
  const findings = study.findings(study.trials);
  process.stdout.write(`${tableOf(`${study.title} (${study.trials} trials each)`, findings)}\n`);
  return findings;
}

/** A figure that must be a share. */
export function shareOf(finding: Finding, column: string): Share {
  const figure = finding.figures[column];
  if (!(figure instanceof Share)) throw new Error(`${finding.of}: no share ${column}`);
  return figure;
}
