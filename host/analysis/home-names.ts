/**
 * A copy of plain data in which paths below a home directory have lost its name:
 * `/home/jane/ort/lib` has a star for `jane`, and is still a path that a shell finds on the board.
 * Results are shared; whose board it was is not.
 */
export function withoutHomeNames<T>(value: T): T;
export function withoutHomeNames(value: unknown): unknown {
  if (typeof value === 'string') return withoutNames(value);
  if (Array.isArray(value)) return value.map((item) => withoutHomeNames(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, withoutHomeNames(item)]),
    );
  }
  return value;
}

function withoutNames(text: string): string {
  return text.includes('/home/') || text.includes('/Users/')
    ? text.replace(/(\/(?:home|Users)\/)[^/\s'"`,;:()[\]]+/g, '$1*')
    : text;
}
