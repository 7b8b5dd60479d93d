import * as z from 'zod';
import { cleanLine } from '../../agent/contract/clean-text.ts';

const text = z.string().overwrite((value) => cleanLine(value, 4096));

/**
 * How a board is reached beyond what ssh_config says, and what may be asked on the way. It never
 * enters a result.
 */
const connectionSettings = z.object({
  port: z.int().positive().nullable(),
  login: text.nullable(),
  /** Private key file. */
  identity: text.nullable(),
  ssh_config: text.nullable(),
  /** As `ssh -o`. */
  ssh_options: z.array(text).max(40),
  /** Trust a host key that was never seen. */
  accept_new: z.boolean(),
  /** Never ask for anything. */
  batch_mode: z.boolean(),
  transport: z.enum(['auto', 'ssh2', 'ssh']).nullable(),
});
export type ConnectionSettings = Readonly<z.infer<typeof connectionSettings>>;

/** What of it was said. */
export const givenConnection = connectionSettings.partial();
export type GivenConnection = Readonly<z.infer<typeof givenConnection>>;
