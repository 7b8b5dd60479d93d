import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { accountVariables } from './process/environment/account-variables.ts';
import { supervisorEnvironment } from './process/environment/role-environment.ts';
import { agentExitCodes } from './process/exit-codes.ts';
import type { Runtime } from './process/runtime.ts';
import { profile } from './profile/profile.ts';
import { sample } from './sample/sample.ts';
import { type SuperviseOptions, supervise } from './supervise/supervise.ts';
import { tryShapes } from './trial/trial.ts';
import { work } from './work/work.ts';

/**
 * What the agent is and where: `<runtime>/bin/node <runtime>/agent.cjs <role> …`. From here on this
 * process, too, has no other variables of the account than those that a supervisor may see.
 */
function runtime(): Runtime {
  const agentFile = resolve(process.argv[1] ?? '');
  const account = accountVariables(0, process.env);
  process.env = supervisorEnvironment(account);
  return { nodePath: process.execPath, agentFile, path: dirname(agentFile), account };
}

/** Null when the words are not those of the usage. */
function superviseOptions(words: readonly string[]): SuperviseOptions | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        segment: { type: 'string', default: '1' },
        wait: { type: 'string', default: '0' },
      },
    });
    const [runDirectory, ...rest] = positionals;
    const numbers = [values.segment, values.wait];
    const isWhole = numbers.every((text) => /^\d{1,9}$/.test(text)) && Number(values.segment) > 0;
    if (!runDirectory || rest.length > 0 || !isWhole) return null;
    return {
      runDirectory: resolve(runDirectory),
      segment: Number(values.segment),
      waitMs: Number(values.wait) * 1000,
    };
  } catch {
    return null;
  }
}

async function run(role: string | undefined, words: readonly string[]): Promise<number> {
  if (role === 'work') return work();
  if (role === 'profile') return await profile();
  if (role === 'sample') return sample();
  if (role === 'try') return tryShapes(runtime().path);
  const options = role === 'supervise' ? superviseOptions(words) : null;
  if (options) return supervise(options, runtime());
  console.error('usage: node agent.cjs supervise <run directory> [--segment n] [--wait seconds]');
  return agentExitCodes.usage;
}

// What a run leaves is for nobody else to read, however the agent was started.
process.umask(0o077);
run(process.argv[2], process.argv.slice(3)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = agentExitCodes.bug;
  },
);
