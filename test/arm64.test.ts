import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { type Result, resultSchema } from '../host/analysis/result/result.ts';
import { readElf } from '../host/store/runtime/elf.ts';
import { makeBuiltIn } from '../models/built-in.ts';
import { type Arm64Board, startArm64Board } from './support/arm64-board.ts';
import { ofKind, readJournal } from './support/board.ts';
import { type Cli, type CliResult, makeCli } from './support/cli.ts';
import { agentProcesses } from './support/processes.ts';
import { slowModel } from './support/slow-model.ts';

// What is sent to a Jetson, executed: Node, ONNX Runtime, koffi and the board's own tools, all of
// them arm64, one after another on one board. QEMU is slow, so that one run is looked at from many
// sides; its times mean nothing.

const ort: typeof import('onnxruntime-node') = createRequire(import.meta.url)('onnxruntime-node');

let started: Arm64Board | null = null;
let cli: Cli;
let run: Result;

beforeAll(async () => {
  [started, cli] = await Promise.all([startArm64Board(), makeCli()]);
}, 300_000);
afterAll(async () => {
  await Promise.all([started?.stop(), cli.remove()]);
});

const boardOf = ({ skip }: TestContext): Arm64Board => started ?? skip();

async function on(
  { sshd }: Arm64Board,
  command: string,
  ...options: readonly string[]
): Promise<CliResult> {
  return await cli.run([...command.split(' '), sshd.alias, '-F', sshd.configFile, ...options]);
}

/** Starts a run and leaves it; gives its id. */
async function detached(board: Arm64Board, ...options: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await on(board, 'bench', '--detach', ...options);
  expect(code, stderr).toBe(0);
  return stdout.trim();
}

function resultOf({ code, stdout, stderr }: CliResult): Result {
  expect(stdout, `exit ${code}: ${stderr}`).toMatch(/^\{/);
  return resultSchema.parse(JSON.parse(stdout));
}

function cellOf(engine: string, ep: string) {
  const found = run.cells.find(
    ({ config, purpose }) => purpose === 'measure' && config.engine === engine && config.ep === ep,
  );
  if (found === undefined) throw new Error(`no cell of ${engine} on ${ep}`);
  return found;
}

/** The supervisor's process as this machine's kernel sees it. */
async function supervisorOf(runId: string) {
  for (const pid of await agentProcesses(runId)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const [, ...words] = command.split('\0');
    if (words.includes('supervise')) return { pid, exe: await readlink(`/proc/${pid}/exe`), words };
  }
  return null;
}

const base = ({ home }: Arm64Board): string => join(home, '.cache/orin-remote');

test('a run that was left goes on under arm64 programs, is seen by later commands, and is collected', async (context) => {
  const board = boardOf(context);
  const what = ['--model', 'mlp-tiny', '--threads', '1', '--affinity', '0'];
  // Refused cells of the other providers are those of `runtime check`, below.
  const where = ['--ep', 'cpu,cuda', '--engine', 'ort,ort-capi'];
  const shortly = ['--quick', '--blocks', '1', '--target', '50%'];
  const id = await detached(board, ...what, ...where, ...shortly);
  expect(await supervisorOf(id)).toMatchObject({
    exe: board.emulator,
    words: [
      expect.stringMatching(/^\/home\/board\/.*\/bin\/node$/),
      expect.stringMatching(/\/agent\.cjs$/),
      'supervise',
      ...[`/home/board/.cache/orin-remote/runs/${id}`, '--segment', '1', '--wait', '0', ''],
    ],
  });
  // Who holds the board is told by sockets, pids and files, each read by the board's own grep and
  // stat.
  const { stdout } = await on(board, 'doctor');
  expect(stdout).toMatch(/ aarch64, glibc 2\.31\n/);
  expect(stdout).toContain(`${id} of`);
  const attached = await on(board, 'attach', id, '--json');
  run = resultOf(attached);
  expect(attached.code).toBe(0);
  expect(run.run).toMatchObject({ ended: 'completed', journal: { is_verified: true } });
  expect(run.context.board).toMatchObject({ machine: 'aarch64', cpu_model: 'Cortex-A76' });
  const log = await readFile(join(cli.runs, id, 'mpstat.log'), 'utf8');
  expect(log).toContain('_aarch64_');
}, 240_000);

test('every native file that was pushed is for arm64, and asks for no newer glibc than JetPack 5 has', async (context) => {
  const runtimes = join(base(boardOf(context)), 'runtimes');
  const [id = ''] = await readdir(runtimes);
  const paths = await readdir(join(runtimes, id), { recursive: true });
  const native = paths.filter((path) => /^bin\/node$|\.node$|\.so(\.\d+)*$/.test(path)).sort();
  expect(native).toEqual([
    'bin/node',
    'node_modules/@koromix/koffi-linux-arm64/linux_arm64/koffi.node',
    'node_modules/onnxruntime-node/bin/napi-v6/linux/arm64/libonnxruntime.so.1',
    'node_modules/onnxruntime-node/bin/napi-v6/linux/arm64/onnxruntime_binding.node',
  ]);
  for (const path of native) {
    const elf = await readElf(join(runtimes, id, path));
    expect([path, elf?.platform]).toEqual([path, 'linux-arm64']);
    expect(Number(elf?.glibc?.split('.')[1]), path).toBeLessThanOrEqual(31);
  }
});

test('both engines measure on the CPU, on the CPUs that were asked for, and agree to the bit', (context) => {
  boardOf(context);
  const [node, capi] = [cellOf('ort', 'cpu'), cellOf('ort-capi', 'cpu')];
  for (const cell of [node, capi]) {
    expect(cell.verdict.kind).not.toBe('INVALID');
    expect(cell.iterations.steady).toBeGreaterThan(0);
    expect(cell.config).toMatchObject({ ort_version: '1.30.0', affinity_applied: ['0'] });
    expect(cell.placement).toMatchObject({
      failure: null,
      nodes: 3,
      share_on_asked: 1,
      islands: 0,
    });
    expect(cell.placement?.operators[0]?.op).toBe('FusedGemm');
  }
  expect(capi.outputs).toMatchObject({ reference: node.cell, ok: true, max_abs: 0 });
});

test('the answers are those that this machine gives to the same input, but for rounding', async (context) => {
  const board = boardOf(context);
  const events = readJournal(join(cli.runs, run.run_id));
  const cell = ofKind(events, 'hello')[0]?.plan.cells.find(({ id }) => id === 'c1');
  const sha256 = cell?.inputs[0]?.source.sha256 ?? '';
  const bytes = await readFile(join(base(board), 'store/sha256', sha256.slice(0, 2), sha256));
  const input = new Float32Array(new Uint8Array(bytes).buffer);
  const session = await ort.InferenceSession.create(makeBuiltIn('mlp-tiny'));
  const { logits } = await session.run({ input: new ort.Tensor('float32', input, [1, 784]) });
  await session.release();
  const here = [...((logits?.data as Float32Array | undefined) ?? [])];
  const measured = ofKind(events, 'process').find((process) => process.cell === 'c1')?.process;
  const there = ofKind(events, 'output').find(({ process }) => process === measured)?.outputs[0];
  expect(here).toHaveLength(10);
  expect(there?.values).toEqual(here.map((value) => expect.closeTo(value, 5)));
});

test.for([
  ['ort', 'cuda', "this board's onnxruntime-node has no CUDA: it was built with cpu"],
  ['ort-capi', 'cuda', 'has no CUDAExecutionProvider: it was built with CPUExecutionProvider'],
] as const)(
  '%s refuses %s with the next step, and runs nothing of it on the CPU',
  (refusal, context) => {
    const [engine, ep, reason] = refusal;
    boardOf(context);
    const { verdict, median_ns, iterations, placement, processes } = cellOf(engine, ep);
    expect(verdict).toMatchObject({
      kind: 'INVALID',
      reason: expect.stringMatching(/refused by the engine: /),
      action: expect.stringContaining('docs/gpu/README.md'),
    });
    expect(verdict.reason).toContain(reason);
    expect([median_ns, iterations.total, placement]).toEqual([null, 0, null]);
    expect(processes).toMatchObject([{ outcome: 'refused', iterations: 0 }]);
  },
);

test('runtime check proves the CPU by both engines, and says of each GPU provider why not', async (context) => {
  const { code, stdout } = await on(boardOf(context), 'runtime check', '--json', '-q');
  expect(code).toBe(4);
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly Record<string, unknown>[] };
  // By a bench of these cells, each INVALID: no number, and no profile of a session on the CPU in
  // its stead.
  const refused = (ep: string, name: string) => ({
    ...{ engine: 'ort', ep, state: 'fails', proof: null },
    reason: `this board's onnxruntime-node has no ${name}: it was built with cpu`,
    next: expect.stringContaining('docs/gpu/README.md'),
  });
  expect(checks).toMatchObject([
    { engine: 'ort', ep: 'cpu', state: 'proved', proof: '3/3 nodes on CPU' },
    refused('cuda', 'CUDA'),
    refused('tensorrt', 'TensorRT'),
    refused('webgpu', 'WebGPU'),
    { engine: 'ort-capi', ep: 'cpu', state: 'proved', proof: '3/3 nodes on CPU' },
    { engine: 'trtexec', state: 'fails', next: expect.stringContaining('libnvinfer-bin') },
  ]);
}, 240_000);

test('a cancel ends an inference of the C interface from within, by a thread that koffi serves', async (context) => {
  const board = boardOf(context);
  const model = join(cli.home, 'slow.onnx');
  await writeFile(model, slowModel({ size: 160 }).files['s.onnx'] ?? '');
  const words = ['--model', model, '--threads', '1', '--engine', 'ort-capi', '--thorough'];
  const id = await detached(board, ...words, '--telemetry', 'off');
  const events = () => readJournal(join(base(board), 'runs', id));
  const soon = () => new Promise((resolve) => setTimeout(resolve, 50));
  while (ofKind(events(), 'iter').length === 0) await soon();
  // Somewhere in the second iteration.
  await new Promise((resolve) => setTimeout(resolve, 400));
  const before = ofKind(events(), 'iter').flatMap(({ dt_ns }) => dt_ns).length;
  const supervisor = await supervisorOf(id);
  process.kill(supervisor?.pid ?? Number.NaN, 'SIGTERM');
  while ((await supervisorOf(id)) !== null) await soon();
  const [end] = ofKind(events(), 'process-end');
  // By itself, without the iteration that was under way: neither killed nor waited for.
  expect(end).toMatchObject({ outcome: 'cancelled', exitCode: 0, signal: null, stop: 'cancelled' });
  expect(end?.iterations).toBe(before);
}, 240_000);

test('clean leaves nothing of ours on the board, neither files nor processes', async (context) => {
  const board = boardOf(context);
  const { code, stdout, stderr } = await on(board, 'clean', '--force');
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('nothing of ours is left');
  expect(existsSync(base(board))).toBe(false);
  expect(await agentProcesses('/home/board/')).toEqual([]);
});
