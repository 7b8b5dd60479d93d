import { exitCodes, OrinError } from '../../host/errors.ts';
import { analyseDump } from '../../host/irq/analyse-dump.ts';
import { type Finding, findingsOf } from '../../host/irq/findings.ts';
import { inputFindings } from '../../host/irq/input-findings.ts';
import { readDump } from '../../host/irq/read-dump.ts';
import type { CounterTable } from '../../host/telemetry/counter-table.ts';
import { environment } from '../options/environment.ts';
import type { DumpSettings } from '../options/experiment-options.ts';
import type { DisplaySettings } from '../options/output-options.ts';
import { irqReport } from '../report/irq-report.ts';
import { jsonText, print } from '../terminal/print.ts';
import { terminalOf } from '../terminal/terminal.ts';

/**
 * `orin-remote irq --file interrupts.txt`: what saved dumps of /proc/interrupts and /proc/softirqs
 * say.
 */
export async function irqFileCommand(
  options: DumpSettings & { readonly json: boolean } & DisplaySettings,
): Promise<number> {
  const { now, before } = await dumpsFrom(options);
  const analysis = analyseDump({ ...now, before });
  const findings = [...now.findings, ...(before?.findings ?? []), ...findingsOf(analysis)];
  const text = options.json
    ? jsonText({ schemaVersion: 1, findings, ...analysis })
    : irqReport(analysis, findings, terminalOf(process.stdout, environment, options));
  print(text);
  return exitCodes.ok;
}

/** Both tables of one moment, and what is to be said of their files. */
interface Moment {
  readonly interrupts: CounterTable;
  readonly softirqs: CounterTable | null;
  readonly findings: readonly Finding[];
}

async function dumpsFrom(
  options: DumpSettings,
): Promise<{ readonly now: Moment; readonly before: Moment | null }> {
  const now = await momentOf(options.file ?? '-', options.softirqs, '--file');
  if (options.before_file === null) {
    if (options.before_softirqs === null) return { now, before: null };
    throw usage(
      '--before-softirqs stands alone',
      'give the interrupts of that time as --before-file',
    );
  }
  const before = await momentOf(options.before_file, options.before_softirqs, '--before-file');
  if (before.softirqs !== null) return { now, before };
  if (options.softirqs === null) return { now: { ...now, softirqs: null }, before };
  throw usage(
    '--softirqs has no earlier dump',
    'give the softirqs of that time as --before-softirqs',
  );
}

function usage(what: string, next: string): OrinError {
  return new OrinError({ code: 'usage', what, next });
}

/** Softirqs come from their own file, or stand behind the interrupts in the first. */
async function momentOf(path: string, softirqPath: string | null, option: string): Promise<Moment> {
  const first = await readDump(path);
  const { interrupts } = first;
  if (interrupts === null) {
    throw new OrinError({
      code: 'data-unreadable',
      what: `${option} ${path} has softirqs, not interrupts`,
      next: 'give it as --softirqs, and a copy of /proc/interrupts as --file',
    });
  }
  const findings = inputFindings(path, first);
  if (softirqPath === null) return { interrupts, softirqs: first.softirqs, findings };
  const second = await readDump(softirqPath);
  if (second.softirqs === null) {
    throw new OrinError({
      code: 'data-unreadable',
      what: `${softirqPath} has interrupts, not softirqs`,
      next: 'save a copy of /proc/softirqs on the board and give that',
    });
  }
  return {
    interrupts,
    softirqs: second.softirqs,
    findings: [...findings, ...inputFindings(softirqPath, second)],
  };
}
