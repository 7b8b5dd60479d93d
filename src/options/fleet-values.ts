import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Command, CommanderError, type OptionValues } from 'commander';
import { OrinError } from '../../host/errors.ts';
import type { BoardQuery } from '../../host/fleet/find-boards.ts';
import type { FleetBoard } from '../../host/fleet/fleet-board.ts';
import { type LaneLimits, MAX_CONNECTS } from '../../host/fleet/fleet-lanes.ts';
import { addBenchOptions } from './bench-options.ts';
import type { Directories } from './directories.ts';
import { wholeNumber } from './parse-values.ts';

/** Which boards the command line means. */
export function boardQueryFrom(
  terms: readonly string[],
  options: OptionValues,
  directories: Directories,
): BoardQuery {
  const sshConfig = options.sshConfig ?? join(homedir(), '.ssh', 'config');
  return {
    terms,
    fleetFile: options.fleet ?? null,
    inventory: options.inventory ?? null,
    sshConfig: options.sshHosts === true ? String(sshConfig) : null,
    defaultFleetFile: directories.fleetFile,
  };
}

/** @throws OrinError `usage` */
export function laneLimitsFrom(options: OptionValues): LaneLimits {
  return {
    connects: MAX_CONNECTS,
    pushes: wholeNumber(String(options.pushJobs ?? '4'), '--push-jobs'),
    runs: options.jobs ? wholeNumber(options.jobs, '--jobs') : Number.POSITIVE_INFINITY,
  };
}

/**
 * The bench options for one board: what the command line says, and where it says nothing what the fleet file says for the board.
 * @throws OrinError `config` for an option of the file that cannot be.
 */
export function optionsFor(board: FleetBoard, given: OptionValues): OptionValues {
  const unset = parsed([], board);
  const planned = parsed(argumentsOf(board.plan), board);
  const fromFile = Object.entries(planned).filter(
    ([name, value]) => !isSame(value, unset[name]) && isSame(given[name], unset[name]),
  );
  return { ...given, ...Object.fromEntries(fromFile) };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function argumentsOf(plan: FleetBoard['plan']): string[] {
  return Object.entries(plan).flatMap(([name, value]) => {
    if (value === false) return [];
    if (value === true) return [`--${name}`];
    const values = Array.isArray(value) ? value : [value];
    return values.map((each) => `--${name}=${each}`);
  });
}

function parsed(args: readonly string[], board: FleetBoard): OptionValues {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addBenchOptions(command);
  try {
    return command.parse([...args], { from: 'user' }).opts();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new OrinError({
      code: 'config',
      what: `the plan of ${board.name} cannot be read`,
      why: error.message,
      next: 'the format is in docs/fleet.md',
      cause: error,
    });
  }
}

/** A board whose paths hold wherever the program is started: those of a fleet file are relative to it. */
export function withAbsolutePaths(board: FleetBoard, file: string | null): FleetBoard {
  const base = file === null ? process.cwd() : dirname(resolve(file));
  return { ...board, plan: portable(board.plan, base) as FleetBoard['plan'] };
}

/** Options that can be used again, in another directory and later. */
export function portableOptions(options: OptionValues): OptionValues {
  const base = process.cwd();
  const { fleet: _, inventory: _2, json: _3, output: _4, quiet: _5, tui: _6, ...kept } = options;
  const paths = Object.fromEntries(
    (['sshConfig', 'identity'] as const).flatMap((name) => {
      const value: unknown = kept[name];
      return typeof value === 'string' ? [[name, absolute(value, base)]] : [];
    }),
  );
  return { ...portable(kept, base), ...paths };
}

function portable(options: Readonly<Record<string, unknown>>, base: string): OptionValues {
  const each = (value: unknown, change: (text: string) => string) =>
    Array.isArray(value) ? value.map((text) => change(String(text))) : change(String(value));
  const { model, input, data } = options;
  return {
    ...options,
    ...(model === undefined ? {} : { model: each(model, (text) => modelPath(text, base)) }),
    ...(input === undefined ? {} : { input: each(input, (text) => afterSign(text, base)) }),
    ...(data === undefined ? {} : { data: each(data, (text) => afterSign(text, base)) }),
  };
}

/** A plain word is a built-in model. */
function modelPath(text: string, base: string): string {
  return text.includes('/') || text.endsWith('.onnx') ? absolute(text, base) : text;
}

/** `x=values.npy`, `cifar10:directory` */
function afterSign(text: string, base: string): string {
  const [, before = '', path = ''] = /^([^=:]*[=:])(.*)$/su.exec(text) ?? [];
  return before === '' ? text : `${before}${absolute(path, base)}`;
}

function absolute(path: string, base: string): string {
  return isAbsolute(path) || path.startsWith('~') ? path : resolve(base, path);
}
