import type { BenchSettings, GivenSettings } from '../../host/plan/settings.ts';
import { boardOptions } from './board-options.ts';
import { cellOptions } from './cell-options.ts';
import { effortOptions } from './effort-options.ts';
import { inputOptions } from './input-options.ts';
import type { Rows } from './option-row.ts';
import { argumentsOf, shareable, withDefaults } from './option-table.ts';

/** Everything that `bench` can be told of a measurement: a row for each of its settings. */
export const measureOptions = {
  ...cellOptions,
  ...inputOptions,
  ...effortOptions,
  ...boardOptions,
} satisfies Rows<Omit<BenchSettings, 'version'>>;

/** The whole record of what was said. */
export function settingsWith(given: GivenSettings): BenchSettings {
  return { version: 1, ...withDefaults(measureOptions, given) };
}

/** The record as a result may carry it to other people. */
export function shareableSettings({ version, ...settings }: BenchSettings): BenchSettings {
  return { version, ...shareable(measureOptions, settings) };
}

/** The arguments behind `bench` that say the same. */
export function benchArguments(host: string, settings: GivenSettings): string[] {
  return ['bench', host, ...argumentsOf(measureOptions, settings)];
}

/** The command of a result, which does not tell the board's name. */
export function sharedCommand(settings: BenchSettings): string {
  return benchArguments('<host>', settings).join(' ');
}
