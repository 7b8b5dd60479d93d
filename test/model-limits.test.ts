import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resultSchema } from '../host/results/result.ts';
import { type Cli, makeCli } from './support/cli.ts';

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

describe('a classifier with a ZipMap, whose output is a sequence of maps', () => {
  test('onnxruntime-node cannot return it: told with both ways on before anything is sent', async () => {
    const refused = await bench('zipmap.onnx');
    expect(refused.code, refused.stderr).toBe(2);
    expect(refused.stderr).toContain('output output_probability, a sequence, of zipmap.onnx');
    expect(refused.stderr).toMatch(/--engine ort-capi.*export it without ZipMap/);
    expect(refused.stderr).not.toContain('pushed');
  });

  test('the C interface measures it', async () => {
    const shape = ['--shape', 'float_input=1x3'];
    const args = ['--engine', 'ort-capi', ...shape, '--json'];
    const { code, stdout, stderr } = await bench('zipmap.onnx', ...args);
    expect(code, stderr).toBe(0);
    const [cell] = resultSchema.parse(JSON.parse(stdout)).cells;
    expect(cell?.config.engine).toBe('ort-capi');
    expect(cell?.median_ns).toBeGreaterThan(0);
    expect(cell?.placement?.nodes).toBeGreaterThan(0);
  });
});
