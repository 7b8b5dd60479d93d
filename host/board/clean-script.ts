import { program } from '../shell/program.ts';
import answer from '../shell/programs/answer.sh';
import baseNames from '../shell/programs/base-names.sh';
import clean from '../shell/programs/clean.sh';

export interface CleanScriptOptions {
  readonly base: string;
  /** Of the board as it is now. */
  readonly bootId: string;
  /** Also while interrupts are moved; their record stays then. */
  readonly evenWhileMoved: boolean;
}

/** Removes what orin-remote wrote into a base directory, and says what stayed: clean.sh. */
export function cleanScript({ base, bootId, evenWhileMoved }: CleanScriptOptions): string {
  const values = [base, bootId, evenWhileMoved ? 'also-moved' : 'unmoved'];
  return program([answer, baseNames, clean], values);
}
