import type { OptionValues } from 'commander';
import { optimizationLevels } from '../../agent/contract/choices.ts';
import { parseCpuList } from '../../agent/contract/cpu-list.ts';
import { OrinError } from '../../host/errors.ts';
import type { Axes } from '../../host/plan/axes.ts';
import { parseCellFilter } from '../../host/plan/cell-filter.ts';
import type { EffortRequest } from '../../host/plan/effort.ts';
import { engineAxesFrom } from './engine-values.ts';
import { choicesFrom, durationMs, pairs, wholeNumber, wholeNumbers } from './parse-values.ts';
import { precisionValues } from './precision-values.ts';

/** The dimensions of the plan as the options say them. @throws OrinError `usage` */
export function axesFrom(options: OptionValues): Axes {
  return {
    ...engineAxesFrom(options),
    threads: options.threads ? wholeNumbers(options.threads, '--threads') : null,
    affinities: affinitiesFrom(options.affinity),
    graphOptimizations: choicesFrom(options.opt, '--opt', optimizationLevels),
    spinning: choicesFrom(options.spinning, '--spinning', ['on', 'off']).map((v) => v === 'on'),
    interOpThreads: String(options.interOp)
      .split(',')
      .map((part) => (part.trim() === 'off' ? null : wholeNumber(part, '--inter-op'))),
    sessionConfig: sessionConfigFrom(options.session),
    include: options.include.map((text: string) => parseCellFilter(text, '--include')),
    exclude: options.exclude.map((text: string) => parseCellFilter(text, '--exclude')),
    checksTelemetry: options.checkTelemetry === true,
    oversubscribe: options.oversubscribe === true,
  };
}

/** `0-5,1-5,0+2+4,any`: a comma parts two affinities, a plus joins CPUs of one. */
function affinitiesFrom(text: string): (string | null)[] {
  return text.split(',').map((part) => {
    const list = part.trim().replaceAll('+', ',');
    if (list === 'any') return null;
    if (parseCpuList(list) === null) {
      throw new OrinError({
        code: 'usage',
        what: `--affinity ${text}: cannot read "${part}"`,
        why: 'a comma parts two affinities; a plus joins the CPUs of one',
        next: 'write it like --affinity 0-5,1-5 or --affinity 0+2+4',
      });
    }
    return list;
  });
}

/** @throws OrinError `usage` */
export function effortRequestFrom(
  options: OptionValues,
  fallback: EffortRequest['preset'],
): EffortRequest {
  if (options.quick && options.thorough) {
    throw new OrinError({
      code: 'usage',
      what: '--quick and --thorough exclude each other',
      next: 'use one',
    });
  }
  const { target } = precisionValues(options.precision, options.target);
  return {
    preset: options.quick ? 'quick' : options.thorough ? 'thorough' : fallback,
    ...(options.blocks ? { blocks: wholeNumber(options.blocks, '--blocks') } : {}),
    ...(options.budget ? { budgetMs: durationMs(options.budget, '--budget') } : {}),
    ...(target === null ? {} : { precision: target }),
    ...(options.cooldown ? { cooldownMs: cooldownFrom(options.cooldown) } : {}),
    ...(options.images ? { imagesPerPass: wholeNumber(options.images, '--images') } : {}),
  };
}

function cooldownFrom(text: string): number {
  return text === 'off' ? 0 : durationMs(text, '--cooldown');
}

/** Entries of ONNX Runtime's session configuration that options of ours set: twice would make a label lie. */
const ownedEntries: Readonly<Record<string, string>> = {
  'session.intra_op.allow_spinning': '--spinning',
  'session.intra_op_thread_affinities': '--affinity',
  'session.intra_op_num_threads': '--threads',
  'session.inter_op_num_threads': '--inter-op',
  'session.graph_optimization_level': '--opt',
};

function sessionConfigFrom(texts: readonly string[]): Record<string, string> {
  const entries = pairs(texts, '--session');
  for (const key of entries.keys()) {
    const owner = ownedEntries[key];
    if (owner === undefined) continue;
    throw new OrinError({
      code: 'usage',
      what: `--session ${key}: ${owner} sets this entry`,
      next: `use ${owner}, which also names the cell by it`,
    });
  }
  return Object.fromEntries(entries);
}
