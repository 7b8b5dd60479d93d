// Preloaded by tsx (`tsx --import ./sh-loader.mjs …`): a shell program that is imported is its
// text, as in the build.
import { register } from 'node:module';

const hooks = `
  import { readFile } from 'node:fs/promises';
  export async function load(url, context, next) {
    if (!url.endsWith('.sh')) return next(url, context);
    const text = await readFile(new URL(url), 'utf8');
    const source = 'export default ' + JSON.stringify(text);
    return { format: 'module', source, shortCircuit: true };
  }
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
