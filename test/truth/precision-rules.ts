import { studentTQuantile } from '../../agent/contract/statistics/student-t.ts';
import { moderated, spreadFactor } from './support/moderated-variance.ts';
import { type Draw, spreadDraw } from './support/noise.ts';
import { normalCdf } from './support/normal.ts';
import type { Study } from './support/study.ts';

const Z = 1.959963984540054;
/** All in percent. */
const TARGET = 1;
const sds = [0.4, 1, 2] as const;

/** A rule by which cells become precise after some of their processes. */
interface Rule {
  readonly least: number;
  readonly most: number;
  /**
   * Half-width for each cell; precise where it is within the target. `s` and `k` of all cells of
   * the run.
   */
  readonly reach: (cells: readonly Seen[]) => number[];
  /** A precise cell's interval is no narrower. */
  readonly floor?: number;
  /** Cells leave after so many whose reach would be above the target after the most. */
  readonly hopelessAfter?: number;
}

interface Seen {
  readonly s: number;
  readonly k: number;
}

const limit =
  (risk: (k: number) => number): Rule['reach'] =>
  (cells) =>
    cells.map(({ s, k }) => (Z * s * spreadFactor(k - 1, risk(k))) / Math.sqrt(k));
const student: Rule['reach'] = (cells) =>
  cells.map(({ s, k }) => (studentTQuantile(0.975, k - 1) * s) / Math.sqrt(k));
const borrowed: Rule['reach'] = (cells) => {
  const found = moderated(cells.map(({ s, k }) => ({ variance: s * s, degrees: k - 1 })));
  return cells.map(({ k }, at) => {
    const { variance = 0, degrees = 1 } = found[at] ?? {};
    return (Z * Math.sqrt(variance) * spreadFactor(degrees, 0.01)) / Math.sqrt(k);
  });
};
const always = limit(() => 0.01);
const spent = limit((k) => 0.01 * Math.min(1, k / 20) ** 2);

const rules: Readonly<Record<string, Rule>> = {
  't, 5 to 8': { least: 5, most: 8, reach: student },
  't, 5 to 8, interval = target': { least: 5, most: 8, reach: student, floor: TARGET },
  't, 14 to 20, interval = target': { least: 14, most: 20, reach: student, floor: TARGET },
  'limit 1 %, 5 to 8': { least: 5, most: 8, reach: always },
  'moderated, 5 to 8': { least: 5, most: 8, reach: borrowed },
  'spent, 5 to 8': { least: 5, most: 8, reach: spent },
  'limit 1 %, 5 to 20': { least: 5, most: 20, reach: always },
  'limit 1 %, 5 to 20, hopeless from 8': { least: 5, most: 20, reach: always, hopelessAfter: 8 },
  'spent, 5 to 16, hopeless from 8': { least: 5, most: 16, reach: spent, hopelessAfter: 8 },
  'spent, 5 to 20, hopeless from 8': { least: 5, most: 20, reach: spent, hopelessAfter: 8 },
  'spent, 5 to 20': { least: 5, most: 20, reach: spent },
};

/** The other cells of the run: none, seven like it, or seven that are quiet. */
const companies: Readonly<Record<string, (sd: number) => readonly number[]>> = {
  alone: () => [],
  '7 alike': (sd) => Array(7).fill(sd),
  '7 of 0.1 %': () => Array(7).fill(0.1),
};

/**
 * How the rule of precise cells was chosen: what each costs, and what a cell that it calls precise
 * is worth.
 */
export const precisionRules: Study = {
  title:
    'rules for cells of normal spread to be precise to 1 %: share, coverage, processes, half-width',
  trials: 4000,
  findings: (trials) =>
    Object.entries(rules).flatMap(([name, rule]) =>
      Object.entries(companies)
        .filter(([company]) => company === 'alone' || rule.reach === borrowed)
        .map(([company, others]) => ({
          of: `${name}, ${company}`,
          figures: Object.fromEntries(
            sds.flatMap((sd) => figuresOf(rule, [sd, ...others(sd)], `${name}/${sd}`, trials)),
          ),
        })),
    ),
};

function figuresOf(rule: Rule, spreads: readonly number[], seed: string, trials: number) {
  const [sd = 0] = spreads;
  const draw = spreadDraw('normal', `rules/${seed}/${spreads.length}`);
  const precise: { readonly halfWidth: number; readonly covers: number }[] = [];
  let processes = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const { k, halfWidth } = firstCell(rule, spreads, draw);
    processes += k;
    if (halfWidth === null) continue;
    // Of normal values the mean knows nothing of the spread by which it was chosen.
    precise.push({ halfWidth, covers: 2 * normalCdf((halfWidth * Math.sqrt(k)) / sd) - 1 });
  }
  precise.sort((a, b) => a.halfWidth - b.halfWidth);
  const covers = precise.reduce((sum, each) => sum + each.covers, 0) / precise.length;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const isNone = precise.length === 0;
  return [
    [`VALID ${sd} %`, `${((100 * precise.length) / trials).toFixed(2)} %`],
    [`hold ${sd} %`, isNone ? 'none' : percent(covers)],
    [`processes ${sd} %`, (processes / trials).toFixed(1)],
    [
      `± ${sd} %`,
      isNone ? 'none' : (precise[Math.floor(precise.length / 2)]?.halfWidth ?? 0).toFixed(2),
    ],
  ] as const;
}

/** When the first cell leaves, and its half-width where it is precise then. */
function firstCell(rule: Rule, spreads: readonly number[], draw: Draw) {
  // Of each cell the sum of squares about the mean: each value adds an independent square.
  const squares = spreads.map(() => 0);
  const counts = spreads.map(() => 1);
  const live = spreads.map(() => true);
  for (let k = 2; k <= rule.most; k += 1) {
    spreads.forEach((sd, cell) => {
      if (!live[cell]) return;
      squares[cell] = (squares[cell] ?? 0) + (sd * draw()) ** 2;
      counts[cell] = k;
    });
    if (k < rule.least) continue;
    const seen = squares.map((sum, cell) => {
      const count = counts[cell] ?? 2;
      return { s: Math.sqrt(sum / (count - 1)), k: count };
    });
    const reach = rule.reach(seen);
    const [own = Infinity] = reach;
    if (own <= TARGET) return { k, halfWidth: Math.max(own, rule.floor ?? 0) };
    const [first = { s: 0, k }] = seen;
    const [atLast = 0] =
      k >= (rule.hopelessAfter ?? Infinity) ? rule.reach([{ ...first, k: rule.most }]) : [];
    if (atLast > TARGET) return { k, halfWidth: null };
    reach.forEach((half, cell) => {
      if (half <= TARGET) live[cell] = false;
    });
  }
  return { k: rule.most, halfWidth: null };
}
