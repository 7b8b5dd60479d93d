import { exitCodes } from '../../host/errors.ts';

/** What a command that a signal ended exits with. */
export const exitCodeOfSignal: Partial<Record<NodeJS.Signals, number>> = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
};

/** What the first and the second Ctrl-C mean to a command that is under way. */
export interface Interruption {
  /** Fires at the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** 129, 130 or 143 once it fired, else null. */
  exitCode(): number | null;
  dispose(): void;
}

/**
 * The first signal asks for an orderly end and says so at once; a second Ctrl-C leaves immediately.
 * @param announce what to say at the first, on stderr.
 */
export function interruptible(announce: () => void): Interruption {
  const controller = new AbortController();
  let code: number | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    if (code !== null) process.exit(code);
    code = exitCodeOfSignal[signal] ?? exitCodes.terminated;
    announce();
    controller.abort(new DOMException('interrupted', 'AbortError'));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
