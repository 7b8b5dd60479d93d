import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { configText } from './compute-settings.ts';
import { matchesPatternList } from './patterns.ts';
import { readEffectiveSettings } from './read-settings.ts';
import { words } from './settings.ts';
import type { TargetName } from './target-name.ts';
import type { EffectiveSettings, SettingsReader, TargetOptions } from './target-options.ts';

/**
 * Settings of many hosts, with one `ssh -G` for all that the configuration treats alike: a process
 * for each of a hundred boards costs more CPU than connecting to them. Hosts are alike when the
 * same `Host` lines match them; whatever could tell them apart in another way (`Match`, tokens,
 * canonical names, a HostName, includes that only ssh can find) makes every one be asked for
 * itself.
 */
export class SharedSettings implements SettingsReader {
  /**
   * Patterns of all `Host` lines by configuration file; null where hosts cannot be told to be
   * alike.
   */
  readonly #hostLines = new Map<string, Promise<readonly string[] | null>>();
  readonly #answers = new Map<string, Promise<Answer>>();

  /** @throws as `readEffectiveSettings`. */
  async read(name: TargetName, options: TargetOptions): Promise<EffectiveSettings> {
    const lines = await this.#linesOf(options);
    if (lines === null || !isPlain(name, options))
      return await readEffectiveSettings(name, options);
    const matches = lines.map((patterns) => matchesPatternList(name.host, patterns));
    const key = JSON.stringify([keyOf(options), name.user, name.port === null, matches]);
    const known = this.#answers.get(key);
    if (known === undefined) return (await this.#ask(key, name, options)).effective;
    const { host, effective } = await known;
    const isOwn = effective.settings.get('hostname')?.[0] === host.toLowerCase();
    if (!isOwn) return await readEffectiveSettings(name, options);
    const settings = new Map(effective.settings)
      .set('host', [name.host])
      .set('hostname', [name.host.toLowerCase()]);
    if (name.port !== null) settings.set('port', [String(name.port)]);
    return { ...effective, settings };
  }

  #linesOf(options: TargetOptions): Promise<readonly string[] | null> {
    const key = options.configFile ?? '';
    // Options of the command line are in the key of each answer; here only what the files say.
    const { options: _, ...ofFiles } = options;
    const known = this.#hostLines.get(key) ?? configText(ofFiles).then(hostLines);
    this.#hostLines.set(key, known);
    return known;
  }

  #ask(key: string, { host, ...rest }: TargetName, options: TargetOptions): Promise<Answer> {
    const answer = readEffectiveSettings({ host, ...rest }, options).then((effective) => ({
      host,
      effective,
    }));
    this.#answers.set(key, answer);
    answer.catch(() => this.#answers.delete(key));
    return answer;
  }
}

interface Answer {
  readonly host: string;
  readonly effective: EffectiveSettings;
}

function keyOf({ configFile, identityFile, proxyJump, options = [] }: TargetOptions): unknown {
  return [configFile ?? null, identityFile ?? null, proxyJump ?? null, options];
}

function isPlain({ host }: TargetName, { options = [] }: TargetOptions): boolean {
  const given = options.join('\n');
  return /^[a-z0-9.-]+$/i.test(host) && !/%|hostname|canonical/i.test(given);
}

/**
 * The patterns of each `Host` line as one comma list; null where more than these lines may tell
 * hosts apart.
 */
function hostLines(text: string): readonly string[] | null {
  // An include that is still there names a file which only ssh can find.
  if (/%|^\s*(match|canonical\w*|hostname|include)\b/im.test(text)) return null;
  return text.split('\n').flatMap((line) => {
    const patterns = /^\s*host(?:\s+|\s*=\s*)(.+?)\s*$/i.exec(line)?.[1];
    return patterns === undefined ? [] : [words(cleanLine(patterns, 4000)).join(',')];
  });
}
