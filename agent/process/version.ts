declare const __ORIN_REMOTE_VERSION__: string;

/** Version of the package this agent was built from. */
export const agentVersion: string = __ORIN_REMOTE_VERSION__;
