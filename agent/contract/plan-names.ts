/** The parts of a plan that name each other. */
interface NamedParts {
  readonly models: readonly { readonly id: string }[];
  readonly cells: readonly { readonly id: string; readonly model: string }[];
  readonly order: readonly (readonly string[])[];
  readonly earlier?: Readonly<Record<string, unknown>> | undefined;
}

/** A name that is given twice or means nothing, and where. */
export interface NameProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

/**
 * What is wrong with the names in a plan: two models or two cells of one id, a cell of a model that
 * is not there, an order of cells that are not there or twice in one block. With any of them a
 * number could belong to another model or cell.
 */
export function nameProblems({ models, cells, order, earlier = {} }: NamedParts): NameProblem[] {
  const modelIds = new Set(models.map(({ id }) => id));
  const cellIds = new Set(cells.map(({ id }) => id));
  const absentCell = (id: string) => (cellIds.has(id) ? [] : [`cell ${id} is not in the plan`]);
  return [
    ...repeated(models.map(({ id }) => id)).map(([at, id]) =>
      problem(['models', at, 'id'], `model id ${id} twice`),
    ),
    ...repeated(cells.map(({ id }) => id)).map(([at, id]) =>
      problem(['cells', at, 'id'], `cell id ${id} twice`),
    ),
    ...cells.flatMap(({ model }, at) =>
      modelIds.has(model)
        ? []
        : [problem(['cells', at, 'model'], `model ${model} is not in the plan`)],
    ),
    ...order.flatMap((block, at) => [
      ...block.flatMap((id, place) =>
        absentCell(id).map((text) => problem(['order', at, place], text)),
      ),
      ...repeated(block).map(([place, id]) =>
        problem(['order', at, place], `cell ${id} twice in a block`),
      ),
    ]),
    ...Object.keys(earlier).flatMap((id) =>
      absentCell(id).map((text) => problem(['earlier', id], text)),
    ),
  ];
}

/**
 * What is wrong with the files of a model: two of one path, one below another, no main file among
 * them.
 */
export function fileProblems({
  main,
  files,
}: {
  readonly main: string;
  readonly files: readonly { readonly path: string }[];
}): NameProblem[] {
  const paths = new Set(files.map(({ path }) => path));
  const folders = new Set(files.flatMap(({ path }) => foldersOf(path)));
  return [
    ...repeated(files.map(({ path }) => path)).map(([at, path]) =>
      problem(['files', at, 'path'], `file ${path} twice`),
    ),
    ...files.flatMap(({ path }, at) =>
      folders.has(path) ? [problem(['files', at, 'path'], `${path} is a file and a folder`)] : [],
    ),
    ...(paths.has(main) ? [] : [problem(['main'], `${main} is not among the model's files`)]),
  ];
}

/**
 * Whether a path stays below the directory that it is relative to, and is written in one way only:
 * no `..`, no `.`, no empty part.
 */
export function isInnerPath(path: string): boolean {
  if (path.length > 4096 || path.includes('\0')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** `a/b/c.bin` lies in `a` and `a/b`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}

/** The names that stood before, each with its place. */
function repeated(names: readonly string[]): [at: number, name: string][] {
  const seen = new Set<string>();
  return names.flatMap((name, at): [number, string][] => {
    if (seen.has(name)) return [[at, name]];
    seen.add(name);
    return [];
  });
}

function problem(path: (string | number)[], message: string): NameProblem {
  return { path, message };
}
