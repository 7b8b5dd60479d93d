/** What happens to a simulated board while its run goes on. */
const faults = ['cut', 'killed', 'full', 'slow', 'lying'] as const;
export type Fault = (typeof faults)[number] | 'none';

/** Every fifth board has a fault, of each kind as many: a fifth of the boards. */
export function faultOf(board: number): Fault {
  return board % 5 === 4 ? (faults[Math.floor(board / 5) % faults.length] ?? 'none') : 'none';
}
