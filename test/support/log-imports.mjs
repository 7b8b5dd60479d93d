// Preloaded with `node --import`: writes the URL of every ES module that is loaded to the file
// named by IMPORT_LOG.
import { register } from 'node:module';

const hooks = `
  import { appendFileSync } from 'node:fs';
  export async function load(url, context, nextLoad) {
    appendFileSync(process.env.IMPORT_LOG, url + '\\n');
    return nextLoad(url, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
