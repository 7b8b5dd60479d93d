import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const WIDTH = 100;

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => /\.(tsx?|mjs|c|sh|md)$/.test(path))
  .filter((path) => !/(^|\/)(fixtures|__snapshots__)\//.test(path));

const width = (line: string) => [...line].length;

/**
 * The lines of a page that are prose: tables and blocks of code keep the width of what they show.
 */
function proseOf(text: string): (string | null)[] {
  let isCode = false;
  return text.split('\n').map((line) => {
    const isFence = line.trimStart().startsWith('```');
    if (isFence) isCode = !isCode;
    return isCode || isFence || line.trimStart().startsWith('|') ? null : line;
  });
}

/** A copy in which a text is one word of no width; its line breaks stay. */
const emptied = (text: string) => text.replace(/[^\n]/g, '');

/** The lines of a program without what nobody may break: texts, and regular expressions. */
function codeOf(text: string): string[] {
  const lines = text.replace(/`(?:\\.|[^`\\])*`/gs, emptied).split('\n');
  return lines.map((line) =>
    /^\s*(\/\/|\/?\*|#)/.test(line) ? line : line.replace(/(['"]).*\1|\/.+\/[a-z]*|\$\{.*$/, ''),
  );
}

test('every line of code, comments and prose keeps within 100 columns', () => {
  const tooWide = tracked.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const lines = path.endsWith('.md') ? proseOf(text) : codeOf(text);
    return lines.flatMap((line, index) =>
      line !== null && width(line) > WIDTH && line.trim().includes(' ')
        ? [`${path}:${index + 1}`]
        : [],
    );
  });
  expect(tooWide).toEqual([]);
});
