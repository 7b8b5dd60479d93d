import { Command } from 'commander';
import type { BenchSettings, GivenSettings } from '../../host/plan/settings.ts';
import { measureOptions, settingsWith } from '../../src/options/bench-table.ts';
import { addOptions, givenIn } from '../../src/options/option-table.ts';

/** What these arguments of `bench` say. */
export function givenBy(...args: readonly string[]): GivenSettings {
  const command = new Command().exitOverride();
  addOptions(command, measureOptions);
  return givenIn(measureOptions, command.parse([...args], { from: 'user' }).opts());
}

/** The whole record that these arguments of `bench` make. */
export function settingsOf(...args: readonly string[]): BenchSettings {
  return settingsWith(givenBy(...args));
}
