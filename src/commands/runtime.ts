import type { OptionValues } from 'commander';
import { findGpuMeans } from '../../host/board/gpu-means.ts';
import { exitCodes } from '../../host/errors.ts';
import { environment } from '../config/environment.ts';
import { describeGpuMeans } from '../output/gpu-means.ts';
import { terminalOf } from '../output/terminal.ts';
import { withBoard } from './with-board.ts';

/** `orin-remote runtime list <host>`: what the board has by itself to run models on its GPU. */
export async function listRuntimesCommand(host: string, options: OptionValues): Promise<number> {
  return await withBoard(host, options, async ({ name, link, signal }) => {
    const means = await findGpuMeans(link, signal);
    const text = options.json
      ? `${JSON.stringify(means, null, 2)}\n`
      : describeGpuMeans(name, means, terminalOf(process.stdout, environment, options));
    process.stdout.write(text);
    return exitCodes.ok;
  });
}
