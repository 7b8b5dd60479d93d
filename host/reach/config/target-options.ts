import type { Environment } from './environment.ts';
import type { Settings } from './settings.ts';
import type { TargetName } from './target-name.ts';

/** What ssh would do for a host, and what a person should know of it. */
export interface EffectiveSettings {
  readonly settings: Settings;
  readonly notes: readonly string[];
}

/** Reads the settings of hosts. */
export interface SettingsReader {
  read(name: TargetName, options: TargetOptions): Promise<EffectiveSettings>;
}

/** The options of `ssh` that our commands pass on. */
export interface TargetOptions {
  /** `-F` */
  readonly configFile?: string;
  /** `-p`; stands over a port in the name. */
  readonly port?: number;
  /** `-l`; stands over a user in the name. */
  readonly user?: string;
  /** `-i` */
  readonly identityFile?: string;
  /** `-J` */
  readonly proxyJump?: string;
  /** `-o`, each `Keyword=value`. */
  readonly options?: readonly string[];
  readonly environment: Environment;
  /** Of a fleet: asks ssh once for all hosts that its configuration treats alike. */
  readonly shared?: SettingsReader;
  readonly signal?: AbortSignal;
}
