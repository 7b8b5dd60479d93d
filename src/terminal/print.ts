import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type CleanText, cleanJson, cleanOutput } from '../../agent/contract/clean-text.ts';

/** What printing needs of a stream. */
interface Writable {
  write(text: CleanText): unknown;
}

/**
 * All that people and programs read of us goes through this file: whatever a board, a model or a
 * file is called, a terminal gets lines and colours of ours and nothing else that it obeys.
 */
export function printTo(stream: Writable, text: string): void {
  stream.write(cleanOutput(text));
}

/** Writes the answer of a command to stdout. */
export function print(text: string): void {
  printTo(process.stdout, text);
}

/** Writes what is not the answer to stderr. */
export function printAside(text: string): void {
  printTo(process.stderr, text);
}

/** Takes the last character of what a person typed off the terminal again. */
export function eraseTyped(): void {
  process.stderr.write('\b \b');
}

/** Writes a file to stdout as it is: for programs, and whoever asked for it. */
export function printBytes(bytes: Uint8Array): void {
  process.stdout.write(bytes);
}

/** Writes pieces of text to stdout as they come. */
export async function printPieces(pieces: Readable): Promise<void> {
  await pipeline(pieces, cleaning(cleanOutput), process.stdout, { end: false });
}

/**
 * Writes lines of JSON to stdout as they come: other characters may stand for what they say, and
 * nothing else changes.
 */
export async function printJsonLines(pieces: Readable): Promise<void> {
  await pipeline(pieces, cleaning(cleanJson), process.stdout, { end: false });
}

function cleaning(clean: (text: string) => CleanText): Transform {
  return new Transform({
    decodeStrings: false,
    transform: (piece, _encoding, done) => done(null, clean(String(piece))),
  });
}

/** A value as one JSON document that is safe to look at. */
export function jsonText(value: unknown): CleanText {
  return cleanJson(`${JSON.stringify(value, null, 2)}\n`);
}

/** Text that a screen draws as one row: a line break would move what stands below it. */
export function oneRow(text: string): CleanText {
  return cleanOutput(text.replace(/[\t\n]/g, ' '));
}
