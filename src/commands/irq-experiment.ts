import type { OptionValues } from 'commander';
import { irqAxes } from '../../host/irq/irq-axes.ts';
import { bench } from '../../host/run/bench.ts';
import { directoriesFrom } from '../config/directories.ts';
import { environment } from '../config/environment.ts';
import { benchDefaults, settingsFrom } from './bench.ts';
import { watchRun } from './watch-run.ts';

/**
 * `orin-remote irq <host>`: measures the board idle, with 1, half and all threads, and with threads kept off the CPU that
 * serves the interrupts, in randomised blocks; ends in findings.
 */
export async function irqCommand(host: string, given: OptionValues): Promise<number> {
  const options = { ...benchDefaults(), ...given };
  // Sources several times a second are what the question is about.
  const settings = settingsFrom(host, { ...options, telemetry: options.telemetry ?? 'full' });
  const { axes } = settings;
  return await watchRun(host, options, ({ follow }) =>
    bench({
      ...follow,
      ...settings,
      experiment: 'irq',
      axesFor: (link, facts, signal) => irqAxes(axes, link, facts, signal),
      directories: directoriesFrom(environment),
    }),
  );
}
