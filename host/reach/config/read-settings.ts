import { execFile } from 'node:child_process';
import { cleanLine } from '../../../agent/contract/clean-text.ts';
import { OrinError } from '../../errors.ts';
import { computeSettings } from './compute-settings.ts';
import { parseSettings } from './settings.ts';
import type { TargetName } from './target-name.ts';
import type { EffectiveSettings, TargetOptions } from './target-options.ts';

/**
 * The arguments by which `ssh` knows a host as the person named it; nothing can pass for an option.
 */
export function sshArguments(name: TargetName, options: TargetOptions): string[] {
  return [
    ...(options.configFile === undefined ? [] : ['-F', options.configFile]),
    ...(name.port === null ? [] : ['-p', String(name.port)]),
    ...(name.user === null ? [] : ['-l', name.user]),
    ...(options.identityFile === undefined ? [] : ['-i', options.identityFile]),
    ...(options.proxyJump === undefined ? [] : ['-J', options.proxyJump]),
    ...(options.options ?? []).flatMap((option) => ['-o', option]),
    '--',
    name.host,
  ];
}

/**
 * The settings that ssh would use for a host, Match and Include and all.
 * @throws OrinError `config` when ssh refuses its configuration or does not answer within 30 s.
 */
export async function readEffectiveSettings(
  name: TargetName,
  options: TargetOptions,
): Promise<EffectiveSettings> {
  const answer = await runSsh(['-G', ...sshArguments(name, options)], options);
  if (answer === null) return await computeSettings(name, options);
  // `Warning: Identity file … not accessible` and its like: ssh goes on without, but says so.
  const warnings = answer.stderr.split('\n').map((line) => cleanLine(line));
  const notes = warnings.filter((line) => line !== '' && !line.startsWith('Pseudo-terminal'));
  return { settings: parseSettings(answer.stdout), notes };
}

/** What ssh printed, or null where there is no ssh. */
function runSsh(
  args: readonly string[],
  options: TargetOptions,
): Promise<{ readonly stdout: string; readonly stderr: string } | null> {
  return new Promise((resolve, reject) => {
    execFile(
      'ssh',
      args,
      {
        env: { ...options.environment },
        timeout: 30_000,
        maxBuffer: 1024 * 1024,
        encoding: 'utf8',
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else if (error.code === 'ENOENT') resolve(null);
        else if (options.signal?.aborted) reject(options.signal.reason);
        else reject(refusedConfiguration(stderr, error));
      },
    );
  });
}

function refusedConfiguration(stderr: string, error: Error): OrinError {
  return new OrinError({
    code: 'config',
    what: 'ssh cannot read its configuration',
    why: cleanLine(stderr) || cleanLine(error.message),
    next: 'correct the file and line it names; `ssh -G <host>` shows the same',
    cause: error,
  });
}
