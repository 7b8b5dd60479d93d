import { dirname, resolve } from 'node:path';
import { agentExitCodes } from './exit-codes.ts';
import { profile } from './profile/profile.ts';
import type { Runtime } from './runtime.ts';
import { sample } from './sample/sample.ts';
import { supervise } from './supervise/supervise.ts';
import { work } from './work/work.ts';

/** What the agent is and where: `<runtime>/bin/node <runtime>/agent.cjs <role> …`. */
function runtime(): Runtime {
  const agentFile = resolve(process.argv[1] ?? '');
  return { nodePath: process.execPath, agentFile, path: dirname(agentFile), env: process.env };
}

async function run(role: string | undefined, argument: string | undefined): Promise<number> {
  if (role === 'supervise' && argument) return supervise(resolve(argument), runtime());
  if (role === 'work') return work();
  if (role === 'profile') return profile();
  if (role === 'sample') return sample();
  console.error('usage: node agent.cjs supervise <run directory>');
  return agentExitCodes.usage;
}

run(process.argv[2], process.argv[3]).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = agentExitCodes.bug;
  },
);
