import * as z from 'zod';
import { cleanWords } from '../../agent/contract/clean-text.ts';
import { OrinError } from '../errors.ts';
import { givenSettings } from '../plan/settings.ts';

const maybeText = z.string().min(1).nullable();

/** What a person says a board is; checked against what the probe sees. Null is not said. */
const expectation = z.object({
  /** Part of the board's model: `Orin Nano`. */
  model: maybeText,
  /** `6.2` holds for 6.2.1 as well. */
  jetpack: maybeText,
  powerMode: maybeText,
});
export type Expectation = z.infer<typeof expectation>;

/** One board of a fleet: what it is called, how it is reached, what it should be. */
export const fleetBoardSchema = z.object({
  /** Shown everywhere; unique in its fleet. */
  name: z.string().min(1),
  /** As `ssh` takes it: a name, an address, an alias of ssh_config, `user@host:port`. */
  host: z.string().min(1),
  user: maybeText,
  port: z.int().min(1).max(65_535).nullable(),
  /** Private key file. */
  key: maybeText,
  /** Jump hosts, as `ssh -J`. */
  jump: maybeText,
  /** What selections match: its tags and the groups that it is in. */
  tags: z.array(z.string()),
  expect: expectation,
  /** What is measured on it, where the command line says nothing else. */
  plan: givenSettings,
});
export type FleetBoard = z.infer<typeof fleetBoardSchema>;

const nothingExpected: Expectation = { model: null, jetpack: null, powerMode: null };

/**
 * A board of which only the name is known: everything else comes from ssh_config, as with `ssh`.
 */
export function plainBoard(host: string, parts: Partial<FleetBoard> = {}): FleetBoard {
  return {
    host,
    user: null,
    port: null,
    key: null,
    jump: null,
    expect: nothingExpected,
    plan: {},
    ...parts,
    name: cleanWords(parts.name ?? host),
    tags: (parts.tags ?? []).map(cleanWords),
  };
}

/**
 * @throws OrinError `usage` when two boards have one name: their results could not be told apart.
 */
export function requireUniqueNames(boards: readonly FleetBoard[]): readonly FleetBoard[] {
  const seen = new Set<string>();
  for (const { name } of boards) {
    if (seen.has(name)) {
      throw new OrinError({
        code: 'usage',
        what: `${name} is in the fleet twice`,
        why: 'two benchmarks on one board would measure each other',
        next: 'name it once, or give the two boards names of their own in a fleet file',
      });
    }
    seen.add(name);
  }
  return boards;
}
