import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { failureOf } from './run-trtexec.ts';

const failure = (output: string) =>
  failureOf('build the engine', { exitCode: 1, signal: null, output });

// trtexec 10.3 refusing the mask decoder of a public segmentation model.
const log = readFileSync('test/fixtures/trtexec/trtexec-10.3.0-failed-parse.log', 'utf8');

test('a reason that stands in lines without a stamp is told, and what surrounds it is not', () => {
  const [first, ...more] = failure(log).message.split('\n');
  expect(first).toBe(
    'trtexec could not build the engine (exit code 1): While parsing node number 146 [Tile -> "/Tile_output_0"]: ' +
      'ERROR: ModelImporter.cpp:195 In function parseNode: [6] Invalid Node - /Tile ITensor::getDimensions: ' +
      'Error Code 4: Internal Error (/OneHot: an IIOneHotLayer cannot be used to compute a shape tensor)',
  );
  // The rest is kept as it was said.
  expect(more).toContain('op_type: "Tile"');
  expect(more).toContain('Engine set up failed');
});

test('lines without a stamp belong to what was said before them, be it an error or not', () => {
  const { message } = failure(
    [
      '[09/02/2024-17:35:22] [I] Output:',
      'not an error',
      '[09/02/2024-17:35:22] [E] Error[4]: one',
      '  two',
      '[09/02/2024-17:35:22] [W] [TRT] a warning',
      'of several lines',
      '[09/02/2024-17:35:22] [E] Error[4]: three',
      '[09/02/2024-17:35:22] [E] Engine set up failed',
    ].join('\n'),
  );
  expect(message.split('\n')[0]).toBe(
    'trtexec could not build the engine (exit code 1): Error[4]: one two Error[4]: three',
  );
  expect(message).not.toMatch(/not an error|of several lines/);
});

test('where only its last words are errors, they are the reason', () => {
  const { message } = failure('[09/02/2024-17:35:22] [E] Engine set up failed\n');
  expect(message.split('\n')[0]).toMatch(/: Engine set up failed$/);
});
