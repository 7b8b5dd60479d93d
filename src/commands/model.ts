import { chmod, stat, writeFile } from 'node:fs/promises';
import { exitCodes, OrinError } from '../../host/errors.ts';
import { withOrinErrors } from '../../host/plan/inputs/as-orin-error.ts';
import type { InputSettings } from '../../host/plan/settings.ts';
import { formatBytes } from '../../host/quantities/bytes.ts';
import { loadObstacles } from '../../host/store/runtime/onnxruntime-limits.ts';
import { modeOfNamedFile } from '../../host/workstation/private-files.ts';
import { builtInModels, makeBuiltIn } from '../../models/built-in.ts';
import { inspectModel } from '../../models/inspect/inspect-model.ts';
import { describeModel } from '../report/model-table.ts';
import { jsonText, print, printAside, printBytes } from '../terminal/print.ts';
import { textTable } from '../terminal/text-table.ts';

/** `orin-remote model list` */
export async function listModelsCommand(options: { readonly json: boolean }): Promise<number> {
  if (options.json) {
    print(jsonText(builtInModels));
    return exitCodes.ok;
  }
  const rows = builtInModels.map(({ name, precision, summary }) => [name, precision, summary]);
  const table = textTable(
    [
      { title: 'name', align: 'left' },
      { title: 'precision', align: 'left' },
      { title: 'what it is', align: 'left' },
    ],
    rows,
  );
  print(`${table.join('\n')}\n`);
  return exitCodes.ok;
}

/** `orin-remote model make NAME` */
export async function makeModelCommand(
  name: string,
  options: { readonly out: string | null },
): Promise<number> {
  const bytes = await withOrinErrors(async () => makeBuiltIn(name));
  const out = options.out ?? `${name}.onnx`;
  if (out === '-') {
    printBytes(bytes);
    return exitCodes.ok;
  }
  try {
    const isNew = (await stat(out).catch(() => null)) === null;
    await writeFile(out, bytes);
    if (isNew) await chmod(out, modeOfNamedFile());
  } catch (cause) {
    throw new OrinError({
      code: 'usage',
      what: `cannot write ${out}`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'name another file: -o FILE, or - for stdout',
      cause,
    });
  }
  printAside(`wrote ${out}, ${formatBytes(bytes.length)}\n`);
  return exitCodes.ok;
}

interface InspectOptions {
  readonly shapes: InputSettings['shapes'];
  readonly batch: number | null;
  readonly batch_axes: readonly string[];
  readonly allow_links: boolean;
  readonly json: boolean;
}

/** `orin-remote model inspect FILE` */
export async function inspectModelCommand(file: string, options: InspectOptions): Promise<number> {
  const isBuiltIn = builtInModels.some(({ name }) => name === file);
  const source = isBuiltIn ? { name: file, bytes: makeBuiltIn(file) } : file;
  const request = {
    overrides: options.shapes,
    batchAxes: options.batch_axes,
    ...(options.batch !== null && { batch: options.batch }),
  };
  const facts = await withOrinErrors(() => inspectModel(source, request, options.allow_links));
  const text = options.json
    ? `${JSON.stringify({ ...facts, loadObstacles: loadObstacles(facts) }, null, 2)}\n`
    : describeModel(facts);
  print(text);
  return exitCodes.ok;
}
