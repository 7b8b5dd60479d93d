import { cleanLine } from '../../agent/contract/clean-text.ts';

/** Of a reason this much is shown: enough for what ONNX Runtime says about one node. */
const MAX_CHARACTERS = 1000;

// As `CodeLocation::ToString` of ONNX Runtime writes it: file, colon, line, space, function.
const location = /(?:[^\s:]*\/)?[\w.+-]+\.(?:cc|h|cu|cuh|mm):\d+ /g;

/**
 * What an engine said, on one line and to its end: without the places in C++ sources, the
 * signatures and the path of the model that ONNX Runtime puts before its words. What is still too
 * long is cut in the middle, as such a text begins with what it is about and ends with what is
 * wrong.
 */
export function engineWords(said: string): string {
  const line = cleanLine(said, Number.POSITIVE_INFINITY).replace(
    /^Load model from .{1,4096}? failed: ?(?=.)/u,
    '',
  );
  let words = '';
  let at = 0;
  for (const found of line.matchAll(location)) {
    // Within the signature of the place before.
    if (found.index < at) continue;
    words += line.slice(at, found.index);
    at = signatureEnd(line, found.index + found[0].length);
  }
  return cutInTheMiddle((words + line.slice(at)).trim(), MAX_CHARACTERS);
}

/** `the beginning … the end` of at most so many characters. */
export function cutInTheMiddle(text: string, maxLength: number): string {
  const characters = [...text];
  if (characters.length <= maxLength) return text;
  const kept = maxLength - 3;
  const head = Math.floor(kept / 3);
  const parts = [characters.slice(0, head), characters.slice(head - kept)];
  return parts.map((part) => part.join('')).join(' … ');
}

const builtInTypes = /^(?:(?:static|virtual|constexpr) )*(?:void|bool|int|float|auto|size_t) /;

/**
 * Where the message begins behind a function: `__FUNCTION__` is a name (`LoadModel `),
 * `__PRETTY_FUNCTION__` a signature
 * (`static void onnxruntime::Model::Load(const T&) [with T = float] `).
 */
function signatureEnd(line: string, from: number): number {
  const open = parameterList(line, from);
  const before = line.slice(from, open ?? from);
  const isSignature = before.includes('::') || builtInTypes.test(before);
  if (open === null || !isSignature) {
    const name = /^~?[A-Za-z_]\w*(?:\(\))? /.exec(line.slice(from, from + 200));
    return from + (name?.[0].length ?? 0);
  }
  const at = qualifiersEnd(line, closing(line, open));
  return line[at] === ' ' ? at + 1 : at;
}

/** Behind what follows the parameters: `const`, `[with T = float]`, `::<lambda(…)>`. */
function qualifiersEnd(line: string, from: number): number {
  const rest = line.slice(from, from + 200);
  const word = /^ (?:const|noexcept|mutable|&&?)(?= |::|$)/.exec(rest)?.[0].length;
  if (word !== undefined) return qualifiersEnd(line, from + word);
  if (/^ \[(?:with )?\w+ = /.test(rest)) return qualifiersEnd(line, closing(line, from + 1));
  const inner = /^::(?:<lambda|operator\(\))(?=\()/.exec(rest)?.[0].length;
  if (inner === undefined) return from;
  const end = closing(line, from + inner);
  return qualifiersEnd(line, line[end] === '>' ? end + 1 : end);
}

/**
 * The parenthesis that opens the parameters: the first outside template arguments; null where none
 * follows a name.
 */
function parameterList(line: string, from: number): number | null {
  let at = from;
  while (at < line.length) {
    const character = line[at] ?? '';
    if (character === '<') at = closing(line, at, ['<', '>']);
    else if (line.startsWith('(anonymous', at)) at = closing(line, at);
    else if (character === '(') return /[\w>]/.test(line[at - 1] ?? '') ? at : null;
    else if (/[\w:&*~ ,={}]/.test(character)) at += 1;
    else return null;
  }
  return null;
}

/** Behind the bracket that closes the one at `open`; the end of the line where none does. */
function closing(line: string, open: number, [opening, ending] = ['([{', ')]}']): number {
  let depth = 0;
  for (let at = open; at < line.length; at += 1) {
    if (opening?.includes(line[at] ?? '')) depth += 1;
    if (ending?.includes(line[at] ?? '')) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return line.length;
}
