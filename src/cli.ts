#!/usr/bin/env node
// The one place that turns errors into text and exit codes. Nothing heavy is imported before a
// command runs.
process.env.NODE_ENV ??= 'production';
// ONNX Runtime phones home unless told not to; said here for every process that we start.
process.env.ORT_DISABLE_TELEMETRY = '1';

const { keepFilesPrivate } = await import('../host/workstation/private-files.ts');
const { createProgram } = await import('./program.ts');
const { reportFailure } = await import('./terminal/failure.ts');
const { exitQuietlyOnBrokenPipe } = await import('./terminal/broken-pipe.ts');

exitQuietlyOnBrokenPipe();
keepFilesPrivate();
try {
  process.exitCode = await createProgram(process.argv);
} catch (error) {
  process.exitCode = reportFailure(error, { debug: process.argv.includes('--debug') });
}
