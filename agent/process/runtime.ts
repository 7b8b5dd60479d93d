import type { Variables } from './environment/variables.ts';

/** The tree this agent was started from, and how to start its other roles. */
export interface Runtime {
  readonly nodePath: string;
  readonly agentFile: string;
  /** Directory of the agent: `node_modules` with ONNX Runtime is beside it. */
  readonly path: string;
  /** All variables of the account on the board. What a role sees of them: see environment/. */
  readonly account: Variables;
}

/** Where the board's files are looked for: `/`, but in tests. */
export function rootPathOf({ account }: Runtime): string {
  return account.ORIN_REMOTE_ROOT ?? '/';
}
