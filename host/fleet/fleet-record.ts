import * as z from 'zod';
import { givenSettings } from '../plan/settings.ts';
import { givenConnection } from '../reach/connection-settings.ts';
import { fleetBoardSchema } from './fleet-board.ts';

const maybeText = z.string().nullable();

const failure = z.object({
  code: z.string(),
  what: z.string(),
  why: maybeText,
  next: maybeText,
  isUnreachable: z.boolean(),
});

/**
 * `pending`: its run has not begun; `running`: it was under way when this was written; `left`: it
 * goes on without us. These and a `failed` one that is not saved may still be on the board.
 */
const boardOutcomes = [
  'pending',
  'running',
  'done',
  'left',
  'cancelled',
  'failed',
  'unreachable',
] as const;

const boardRecord = z.object({
  board: fleetBoardSchema,
  outcome: z.enum(boardOutcomes),
  attempts: z.int().nonnegative(),
  /** Known from the moment at which the run could be on the board. */
  runId: maybeText,
  /** The run is in the directory of runs, whole or as far as it got. */
  isSaved: z.boolean(),
  failure: failure.nullable(),
});
export type BoardRecord = z.infer<typeof boardRecord>;

/** What is measured, how boards are reached, and how many take their turn at a time. */
const fleetOptions = z.object({
  ...givenSettings.shape,
  ...givenConnection.shape,
  jobs: z.int().positive().nullable().optional(),
  push_jobs: z.int().positive().optional(),
  fail_fast: z.boolean().optional(),
});

export const FLEET_SCHEMA = 'orin-remote/fleet@2';

/** `fleet.json`: what a fleet run is, how each board stands, and everything that retrying needs. */
export const fleetRecordSchema = z.object({
  schema: z.literal(FLEET_SCHEMA),
  id: z.string().regex(/^[\w-]+$/u),
  createdUtc: z.string(),
  /** Of the fleet file. */
  name: maybeText,
  toolVersion: z.string(),
  /** What the command line said that started it, for those who retry. */
  options: fleetOptions,
  boards: z.array(boardRecord).min(1),
});
export type FleetRecord = z.infer<typeof fleetRecordSchema>;

/** What retrying does again: whatever gave no result and is not under way. */
export function isToRetry({ outcome }: BoardRecord): boolean {
  return ['pending', 'failed', 'unreachable', 'cancelled'].includes(outcome);
}

/**
 * A run that may still be on its board: also one that a program began which was killed before it
 * could say so.
 */
export function isToAttach({ outcome, runId, isSaved }: BoardRecord): boolean {
  return runId !== null && !isSaved && outcome !== 'done';
}
