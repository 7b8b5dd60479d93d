import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import SSHConfig from 'ssh-config';
import { homeDirectory } from './expand-tokens.ts';
import { matchesPattern } from './patterns.ts';
import { readSetting } from './read-setting.ts';
import { words } from './settings.ts';
import type { TargetName } from './target-name.ts';
import type { EffectiveSettings, TargetOptions } from './target-options.ts';

const maxIncludeDepth = 16; // ssh's own limit

/**
 * Effective settings without an ssh program: the user's and the system's ssh_config through a
 * library. `Match exec` commands are not run; that is said in a note.
 */
export async function computeSettings(
  name: TargetName,
  options: TargetOptions,
): Promise<EffectiveSettings> {
  const notes = ['no ssh program found: ~/.ssh/config is read by a library instead'];
  const text = await configText(options);
  if (/^\s*Match\b.*\bexec\b/im.test(text)) {
    notes.push('`Match exec` lines of the ssh configuration are not run and do not apply');
  }
  const asked = { Host: name.host, ...(name.user === null ? {} : { User: name.user }) };
  const computed = SSHConfig.parse(text).compute(asked, { ignoreCase: true, matchExec: false });
  const settings = new Map(
    Object.entries(computed).map(([name, value]) => {
      const keyword = name.toLowerCase();
      return [keyword, asList(keyword, value)];
    }),
  );
  const hostName = settings.get('hostname')?.[0];
  if (hostName !== undefined) settings.set('hostname', [hostName.replaceAll('%h', name.host)]);
  if (options.identityFile !== undefined) {
    settings.set('identityfile', [options.identityFile, ...(settings.get('identityfile') ?? [])]);
  }
  if (options.proxyJump !== undefined) settings.set('proxyjump', [options.proxyJump]);
  for (const key of ['kexalgorithms', 'ciphers', 'macs', 'hostkeyalgorithms']) {
    // `+x`, `-x`, `^x` change ssh's own default list, which only ssh knows.
    if (/^[+^-]/.test(settings.get(key)?.[0] ?? '')) {
      notes.push(`${key} ${settings.get(key)?.[0]} needs the ssh program and does not apply`);
      settings.delete(key);
    }
  }
  return { settings, notes };
}

/** Keywords of which every line counts; of all others a list is the words of one line. */
const repeated = new Set(['identityfile', 'certificatefile', 'setenv']);

function asList(keyword: string, value: string | string[]): readonly string[] {
  if (!Array.isArray(value)) return [value];
  return repeated.has(keyword) ? value : [value.join(' ')];
}

/**
 * All that ssh reads for any host. Options of the command line first: the first value of a keyword
 * wins.
 */
export async function configText(options: TargetOptions): Promise<string> {
  const given = (options.options ?? []).map((option) => option.replace(/\s*=\s*|\s+/, ' '));
  const own = join(homeDirectory(), '.ssh');
  const files =
    options.configFile === undefined
      ? [
          await withIncludes(join(own, 'config'), own, 0),
          await withIncludes('/etc/ssh/ssh_config', '/etc/ssh', 0),
        ]
      : [options.configFile === 'none' ? '' : await withIncludes(options.configFile, own, 0)];
  return [...given, ...files].join('\n');
}

export async function withIncludes(path: string, base: string, depth: number): Promise<string> {
  return await includesIn(await readSetting(path), base, depth);
}

/** A text with what its Include lines name in their places. */
export async function includesIn(text: string, base: string, depth = 0): Promise<string> {
  if (depth >= maxIncludeDepth) return text;
  const lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const include = /^\s*Include[\s=]+(.*)$/i.exec(line)?.[1];
    if (include === undefined) lines.push(line);
    else lines.push(...(await includedTexts(include, base, depth + 1)));
  }
  return lines.join('\n');
}

async function includedTexts(patterns: string, base: string, depth: number): Promise<string[]> {
  // What only ssh can find stays in the text, so that nobody takes it for complete.
  if (hasOtherQuotes(patterns)) return [`Include ${patterns}`];
  const texts: string[] = [];
  for (const pattern of words(patterns)) {
    if (isBeyondUs(pattern)) texts.push(`Include ${pattern}`);
    for (const file of await matchingFiles(pattern, base)) {
      texts.push(await withIncludes(file, base, depth));
    }
  }
  return texts;
}

/**
 * Anything but whole words in double quotes, which versions of ssh read in different ways;
 * comments, too.
 */
function hasOtherQuotes(patterns: string): boolean {
  const rest = patterns.replace(/(?<=^|\s)"[^"\\]*"(?=\s|$)/g, '');
  return /["'\\]|(?:^|\s)#/.test(rest);
}

/** Variables, tokens, homes of others, and wildcards in directories. */
function isBeyondUs(pattern: string): boolean {
  return /[$%[\]]|^~[^/]|[*?].*\//.test(pattern);
}

/** Wildcards in the last part of a path, as Include lines have them. */
async function matchingFiles(pattern: string, base: string): Promise<string[]> {
  const home = pattern.startsWith('~/') ? join(homeDirectory(), pattern.slice(2)) : pattern;
  const path = isAbsolute(home) ? home : join(base, home);
  if (!/[*?]/.test(basename(path))) return [path];
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((name) => !name.startsWith('.') && matchesPattern(name, basename(path)))
    .sort()
    .map((name) => join(dirname(path), name));
}
