import { EngineRefusal } from '../engine.ts';

/** JSON that trtexec wrote; throws `EngineRefusal` where it is none. */
export function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EngineRefusal(`trtexec's ${what} are no JSON: ${(error as Error).message}`);
  }
}
