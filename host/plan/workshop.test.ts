import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkshop } from './workshop.ts';

test('a hundred boards that want one model get the same one, made once; a failure is tried anew', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'orin-workshop-'));
  onTestFinished(() => rm(cache, { recursive: true }));
  const workshop = openWorkshop({ cache, agent: 'dist/agent.cjs' }, new AbortController().signal);
  const models = await Promise.all(
    Array.from({ length: 100 }, () => workshop.loadModel('mlp-tiny')),
  );
  expect(new Set(models).size).toBe(1);
  const missing = join(cache, 'none.onnx');
  const first = workshop.loadModel(missing);
  expect(workshop.loadModel(missing)).toBe(first);
  await expect(first).rejects.toMatchObject({ code: 'model-unreadable' });
  expect(workshop.loadModel(missing)).not.toBe(first);
  await expect(workshop.loadModel(missing)).rejects.toThrow();
});
