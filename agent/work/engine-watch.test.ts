import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineWatch } from './engine-watch.ts';

test('an engine that was built, or built anew, is noticed once; one that was there is not', () => {
  const cache = mkdtempSync(join(tmpdir(), 'orin-remote-engines-'));
  try {
    const engine = join(cache, 'TensorrtExecutionProvider_TRTKernel_graph_0_sm87.engine');
    writeFileSync(engine, 'old');
    const watch = new EngineWatch(cache);
    expect(watch.hasBuilt()).toBe(false);
    writeFileSync(join(cache, 'graph.profile'), 'shapes');
    expect(watch.hasBuilt()).toBe(false);
    writeFileSync(join(cache, 'another.engine'), 'new');
    expect(watch.hasBuilt()).toBe(true);
    expect(watch.hasBuilt()).toBe(false);
    utimesSync(engine, 1, 1);
    expect(watch.hasBuilt()).toBe(true);
    expect(new EngineWatch(null).hasBuilt()).toBe(false);
  } finally {
    rmSync(cache, { recursive: true });
  }
});
