// What the statistics promise, by simulation with the program's own functions: the studies of
// test/truth with many times as many trials. Seeded: the same numbers come out anywhere. Run: npm
// run bench -- bench/truth/main.ts [--studies fixedNumber,withinProcess] [--times 10]
import { parseArgs } from 'node:util';
import * as attributionAlarms from '../../test/truth/attribution-alarms.ts';
import * as blocksNeeded from '../../test/truth/blocks-needed.ts';
import * as driftOrder from '../../test/truth/drift-order.ts';
import * as intervalCoverage from '../../test/truth/interval-coverage.ts';
import * as lateWarmUp from '../../test/truth/late-warm-up.ts';
import * as modeThresholds from '../../test/truth/mode-thresholds.ts';
import * as percentileCoverage from '../../test/truth/percentile-coverage.ts';
import * as pooledIterations from '../../test/truth/pooled-iterations.ts';
import * as precisionRules from '../../test/truth/precision-rules.ts';
import { type Study, tableOf } from '../../test/truth/support/study.ts';
import * as unstableCells from '../../test/truth/unstable-cells.ts';
import * as validCells from '../../test/truth/valid-cells.ts';
import * as wordsWithinRun from '../../test/truth/words-within-run.ts';

const studies: Readonly<Record<string, Study>> = {
  ...attributionAlarms,
  ...blocksNeeded,
  ...driftOrder,
  ...intervalCoverage,
  ...lateWarmUp,
  ...modeThresholds,
  ...percentileCoverage,
  ...pooledIterations,
  ...precisionRules,
  ...unstableCells,
  ...validCells,
  ...wordsWithinRun,
};

const { values } = parseArgs({
  options: {
    studies: { type: 'string', default: Object.keys(studies).join(',') },
    times: { type: 'string', default: '10' },
  },
});
for (const name of values.studies.split(',')) {
  const study = studies[name];
  if (study === undefined) {
    throw new Error(`no study ${name}; there are ${Object.keys(studies).join(', ')}`);
  }
  const trials = study.trials * Number(values.times);
  process.stdout.write(
    `${tableOf(`${study.title} (${trials} trials each)`, study.findings(trials))}\n\n`,
  );
}
