import type { Environment } from '../config/environment.ts';

/**
 * The person's environment with ssh's words in English, so that they can be understood, and no
 * prompts of its own.
 */
export function clientEnvironment(environment: Environment, asking: Environment | null) {
  const { SSH_ASKPASS: _, SSH_ASKPASS_REQUIRE: __, ...rest } = environment;
  const own = asking ?? { SSH_ASKPASS_REQUIRE: 'never' };
  return { ...rest, LC_ALL: 'C', ...own };
}
