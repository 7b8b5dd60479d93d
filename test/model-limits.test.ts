import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resultSchema } from '../host/analysis/result/result.ts';
import { type Cli, makeCli } from './support/cli.ts';
import { splitModel } from './support/tiny-models.ts';

const short = ['--threads', '1', '--blocks', '1', '--quick', '--telemetry', 'off'];
const model = (name: string) => resolve('test/fixtures/onnx', name);

let cli: Cli;
beforeAll(async () => {
  cli = await makeCli();
});
afterAll(() => cli.remove());

const bench = (name: string, ...more: string[]) =>
  cli.run(['bench', 'demo', ...short, '--model', model(name), ...more]);

describe('what ONNX Runtime is known to refuse is told before anything is sent', () => {
  test.each([
    ['ir99.onnx', 'it has IR version 99; ONNX Runtime 1.30.0 reads up to 13'],
    ['opset99.onnx', 'it needs opset 99 of ai.onnx; ONNX Runtime 1.30.0 has it up to 26'],
  ])('%s', async (name, why) => {
    const refused = await bench(name);
    expect(refused.code, refused.stderr).toBe(2);
    expect(refused.stderr).toContain(
      `✗ ONNX Runtime cannot load ${name}\n  why: ${why}\n  try: export`,
    );
    expect(refused.stderr).not.toContain('pushed');
    const inspected = await cli.run(['model', 'inspect', model(name)]);
    expect(inspected.stdout).toContain(`! cannot be loaded: ${why}`);
    const json = await cli.run(['model', 'inspect', model(name), '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ loadObstacles: [why] });
  });
});

describe('an output that is a sequence', () => {
  const benchOf = (name: string, type: Parameters<typeof splitModel>[0], engine: string) => {
    const path = join(cli.home, `${name}.onnx`);
    writeFileSync(path, splitModel(type));
    return cli.run(['bench', 'demo', ...short, '--model', path, '--engine', engine]);
  };

  test.each(['ort', 'ort-capi'])('without the type of its elements: %s', async (engine) => {
    const refused = await benchOf('incomplete', { sequenceType: {} }, engine);
    expect(refused.code, refused.stderr).toBe(2);
    expect(refused.stderr).toMatch(
      /✗ ONNX Runtime cannot load incomplete.onnx\n {2}why: the declared type of y, sequence, has no element type\n {2}try: export it again/,
    );
    expect(refused.stderr).not.toContain('pushed');
  });

  test('without any type, told by the node that makes it: onnxruntime-node', async () => {
    const refused = await benchOf('untyped', null, 'ort');
    expect(refused.code, refused.stderr).toBe(2);
    expect(refused.stderr).toContain(
      'engine ort cannot return output y, a sequence, of untyped.onnx',
    );
  });

  test('without any type: the C interface measures it', async () => {
    const measured = await benchOf('untyped', null, 'ort-capi');
    expect(measured.code, measured.stderr).toBe(0);
    expect(measured.stdout).toMatch(/^ {2}CPU \(C API\) · 1 thread +[\d.]+ [nµm]s /m);
  }, 120_000);
});

describe('a classifier with a ZipMap, whose output is a sequence of maps', () => {
  test('onnxruntime-node cannot return it: told with both ways on before anything is sent', async () => {
    const refused = await bench('zipmap.onnx');
    expect(refused.code, refused.stderr).toBe(2);
    expect(refused.stderr).toContain('output output_probability, a sequence, of zipmap.onnx');
    expect(refused.stderr).toMatch(/--engine ort-capi.*export it without ZipMap/);
    expect(refused.stderr).not.toContain('pushed');
  });

  test('the C interface measures it', async () => {
    const { code, stdout, stderr } = await bench('zipmap.onnx', '--engine', 'ort-capi', '--json');
    expect(code, stderr).toBe(0);
    const [cell] = resultSchema.parse(JSON.parse(stdout)).cells;
    expect(cell?.config.engine).toBe('ort-capi');
    expect(cell?.median_ns).toBeGreaterThan(0);
    expect(cell?.placement?.nodes).toBeGreaterThan(0);
  }, 120_000);
});
