import { availableParallelism } from 'node:os';
import { defineConfig, type Plugin } from 'vitest/config';

/** Tests that the whole machine notices: they run one by one, when all others are done. */
const alone = 'test/alone/**/*.test.ts';
/**
 * Tests beside the code that need a real account, sshd, download or model, and the seconds that
 * these take.
 */
const integration = '{src,host,agent,models}/**/*.integration.test.ts';

/** A shell program that is imported is its text, as in the build. */
const shellText: Plugin = {
  name: 'shell-text',
  transform: (code, id) => (id.endsWith('.sh') ? `export default ${JSON.stringify(code)}` : null),
};

// Most files wait for real processes most of the time: two at once take little more than one,
// on two CPUs as well.
const maxWorkers = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  plugins: [shellText],
  define: { __ORIN_REMOTE_VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['{src,host,agent,models}/**/*.test.ts'],
          exclude: [integration],
          // Modules are loaded once for all files: the tests here leave nothing behind.
          isolate: false,
          sequence: { groupOrder: 0 },
          maxWorkers,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: [integration, 'test/**/*.test.ts'],
          exclude: [alone],
          sequence: { groupOrder: 0 },
          maxWorkers,
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: [alone], sequence: { groupOrder: 1 }, maxWorkers: 1 },
      },
    ],
    testTimeout: 30_000,
    // What a test waits for comes when it comes: a loaded machine is slow, not wrong.
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 60_000,
    // Real processes race with whatever else a shared CI machine does; a test that needed its
    // second try is marked as retried in the report. At a desk there is no second try.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default', './test/support/closing-line.ts'],
    // ONNX Runtime phones home unless it is told not to; tests load it too.
    env: { ORT_DISABLE_TELEMETRY: '1' },
  },
});
