import { studentTTwoSided } from '../../../agent/contract/statistics/student-t.ts';

/**
 * P(Z ≤ z) of the standard normal distribution, for z ≥ 0: Student's t with so many degrees that
 * they do not matter.
 */
export function normalCdf(z: number): number {
  return 1 - studentTTwoSided(z, 1e7) / 2;
}
