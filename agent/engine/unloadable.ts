/** What is said where nothing tells more. */
const unknown = 'its library, or one that it needs, is missing';

/**
 * The first line of a refusal: which library of a provider is not there, or what the loader said of
 * it. ONNX Runtime tells that in the text of its error, or, under onnxruntime-node, on standard
 * error alone.
 */
export function unloadableProvider(name: string, text: string): string {
  return `the ${name} provider cannot be loaded: ${loaderWords(text) ?? unknown}`;
}

/** The same message with what standard error tells of the library. */
export function namingLibrary(message: string, stderr: string): string {
  const words = loaderWords(stderr);
  return words === null ? message : message.replace(unknown, () => words).slice(0, 4096);
}

/**
 * `libcudnn.so.9 is missing`; the loader's own words for other failures, null where there are none.
 */
function loaderWords(text: string): string | null {
  const [, words] = /Failed to load library \S+ with error: ([^\n]{1,400})/.exec(text) ?? [];
  if (words === undefined) return null;
  const [, path] = /^(\S+): cannot open shared object file/.exec(words) ?? [];
  return path === undefined ? words.trim() : `${path.slice(path.lastIndexOf('/') + 1)} is missing`;
}
