/**
 * Exit codes of the agent's roles. The journal says the same in words wherever it could be written.
 */
export const agentExitCodes = {
  ok: 0,
  bug: 1,
  /** Unknown role, unreadable or unknown plan, run directory used before. */
  usage: 2,
  /** Another benchmark holds the board. */
  busy: 3,
  /** The journal could not be written: disk full, read-only, quota. The reason is in agent.log. */
  journal: 4,
  /** Every measured cell failed, or the run could not be prepared. */
  failed: 5,
  cancelled: 6,
} as const;
