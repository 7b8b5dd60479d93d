/** The tree this agent was started from, and how to start its other roles. */
export interface Runtime {
  readonly nodePath: string;
  readonly agentFile: string;
  /** Directory of the agent: `node_modules` with ONNX Runtime is beside it. */
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where the board's files are looked for: `/`, but in tests. */
export function rootPathOf({ env }: Runtime): string {
  return env.ORIN_REMOTE_ROOT ?? '/';
}

/** Environment of a role: no telemetry from ONNX Runtime, no Node options of the board's user. */
export function roleEnvironment({ env }: Runtime): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _dropped, ...kept } = env;
  return { ...kept, ORT_DISABLE_TELEMETRY: '1' };
}
