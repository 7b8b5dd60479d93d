import type { OptionValues } from 'commander';
import { exitCodes, OrinError } from '../../host/errors.ts';
import { analyseDump, type Dumps } from '../../host/irq/analyse-dump.ts';
import { findingsOf } from '../../host/irq/findings.ts';
import { readDump } from '../../host/irq/read-dump.ts';
import type { CounterTable } from '../../host/telemetry/counter-table.ts';
import { environment } from '../config/environment.ts';
import { irqReport } from '../output/irq-report.ts';
import { terminalOf } from '../output/terminal.ts';

/** `orin-remote irq --file interrupts.txt`: what saved dumps of /proc/interrupts and /proc/softirqs say. */
export async function irqFileCommand(options: OptionValues): Promise<number> {
  const dumps = await dumpsFrom(options);
  const analysis = analyseDump(dumps);
  const findings = findingsOf(analysis);
  const text = options.json
    ? `${JSON.stringify({ schemaVersion: 1, findings, ...analysis }, null, 2)}\n`
    : irqReport(analysis, findings, terminalOf(process.stdout, environment, options));
  process.stdout.write(text);
  return exitCodes.ok;
}

async function dumpsFrom(options: OptionValues): Promise<Dumps> {
  const now = await pair(options.file, options.softirqs, '--file');
  if (options.beforeFile === undefined) {
    if (options.beforeSoftirqs === undefined) return { ...now, before: null };
    throw usage(
      '--before-softirqs stands alone',
      'give the interrupts of that time as --before-file',
    );
  }
  const before = await pair(options.beforeFile, options.beforeSoftirqs, '--before-file');
  if (before.softirqs !== null) return { ...now, before };
  if (options.softirqs === undefined) return { ...now, softirqs: null, before };
  throw usage(
    '--softirqs has no earlier dump',
    'give the softirqs of that time as --before-softirqs',
  );
}

function usage(what: string, next: string): OrinError {
  return new OrinError({ code: 'usage', what, next });
}

/** Softirqs come from their own file, or stand behind the interrupts in the first. */
async function pair(
  file: unknown,
  softirqFile: unknown,
  option: string,
): Promise<{ interrupts: CounterTable; softirqs: CounterTable | null }> {
  const first = await readDump(String(file));
  if (first.interrupts === null) {
    throw new OrinError({
      code: 'data-unreadable',
      what: `${option} ${String(file)} has softirqs, not interrupts`,
      next: 'give it as --softirqs, and a copy of /proc/interrupts as --file',
    });
  }
  if (softirqFile === undefined) return { interrupts: first.interrupts, softirqs: first.softirqs };
  const { softirqs } = await readDump(String(softirqFile));
  if (softirqs === null) {
    throw new OrinError({
      code: 'data-unreadable',
      what: `${String(softirqFile)} has interrupts, not softirqs`,
      next: 'save a copy of /proc/softirqs on the board and give that',
    });
  }
  return { interrupts: first.interrupts, softirqs };
}
