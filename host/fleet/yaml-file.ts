import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { mistakeAt } from './file-error.ts';

type Path = readonly (string | number)[];

/** A YAML file that fits its schema, and the line of each of its parts. */
export interface YamlFile<T> {
  readonly value: T;
  /** Null where the file holds no such part. */
  lineOf(path: Path): number | null;
}

/** An alias may stand for little only: a file of a few lines must not become gigabytes. */
const MAX_ALIASES = 100;

/**
 * Reads YAML against a schema.
 * @throws OrinError `config` that names file, line and what is wrong there.
 */
export function readYaml<T>(path: string, text: string, schema: z.ZodType<T>): YamlFile<T> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const line = (offset: number) => lineCounter.linePos(offset).line;
  const [syntax] = document.errors;
  if (syntax) throw mistakeAt(path, line(syntax.pos[0]), syntax.message);
  const lineOf = (at: Path) => {
    const offset = offsetOf(document, at);
    return offset === null ? null : line(offset);
  };
  const parsed = schema.safeParse(plainValue(path, document));
  if (parsed.success) return { value: parsed.data, lineOf };
  const issue = deepest(parsed.error.issues);
  const where = issue.path.filter((part) => typeof part !== 'symbol');
  const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const why = key === undefined ? issue.message : `there is no setting "${key}" here`;
  const at = key === undefined ? where : [...where, key];
  throw mistakeAt(path, nearestLine(lineOf, at), `${at.join('.')}: ${why}`.replace(/^: /u, ''));
}

function plainValue(path: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw mistakeAt(path, null, error instanceof Error ? error.message : String(error));
  }
}

/** Of a union the branch that went farthest is the one that was meant. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const [issue] = issues;
  if (issue === undefined) throw new Error('a schema that does not fit says why');
  if (issue.code !== 'invalid_union') return issue;
  const branches = issue.errors
    .filter((branch) => branch.length > 0)
    .map((branch) => deepest(branch))
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  const meant = branches.reduce<z.core.$ZodIssue>(
    (best, next) => (depth(next) > depth(best) ? next : best),
    { ...issue, message: 'does not fit' },
  );
  return meant;
}

function depth(issue: z.core.$ZodIssue): number {
  return issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0);
}

function nearestLine(lineOf: (path: Path) => number | null, path: Path): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const line = lineOf(path.slice(0, length));
    if (line !== null) return line;
  }
  return 1;
}

/** Where a part begins: of a map's entry its key, because that is what a person looks for. */
function offsetOf(document: Document, path: Path): number | null {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1));
    if (pair && isNode(pair.key)) return pair.key.range?.[0] ?? null;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}
