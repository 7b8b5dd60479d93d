import { targetLabel } from '../../host/plan/engine-target.ts';
import type { EngineCheck } from '../../host/run/check-engines.ts';
import { glyphsFor } from '../terminal/glyphs.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { plainText } from '../terminal/text.ts';

/** What opened and what did not, each with its proof or its reason. */
export function describeChecks(
  board: string,
  checks: readonly EngineCheck[],
  terminal: Terminal,
): string {
  const { colour, isUnicode } = terminal;
  const glyphs = glyphsFor(isUnicode);
  const lines = [colour.bold(board)];
  for (const check of checks) {
    const { state, proof, reason, details, next, library } = check;
    const mark = { proved: glyphs.done, runs: glyphs.note, fails: glyphs.failed }[state];
    const where = library === null ? '' : `  ${library}`;
    const said = {
      proved: proof ?? 'ran',
      runs: `runs, not proven where: ${reason}`,
      fails: reason,
    };
    lines.push(`  ${mark} ${targetLabel(check).padEnd(16)}${said[state]}${where}`);
    if (state === 'fails') lines.push(...details.map((line) => `      ${line}`));
    if (next !== null) lines.push(`      try: ${next}`);
  }
  return `${plainText(lines.join('\n'), isUnicode)}\n`;
}
