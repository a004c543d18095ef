/**
 * The pages for the shared cases: a page with the bundled code that runs the cases, and each file of tests/vectors.
 *
 * In: nothing. Out: the names of the files, and pages for `startSite`. Never: a replacement for a module of the package.
 * In the page, tests/support/page-assert.js replaces `node:assert`. Other modules of Node.js are empty: no case calls them.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const FOLDER = path('../../vectors/');

const forPages = {
  name: 'node-for-pages',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:assert\/strict$/ }, () => ({ path: path('../../support/page-assert.js') }));
    onResolve({ filter: /^node:/ }, ({ path: name }) => ({ path: name, namespace: 'node' }));
    onLoad({ filter: /./, namespace: 'node' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

export const files = readdirSync(FOLDER).map((name) => name.replace('.json', ''));

/** @returns {Promise<NonNullable<Parameters<typeof import('./site.js').startSite>[0]>['pages']>} */
export async function vectorPages() {
  const { outputFiles: [{ text: body }] } = await build({
    entryPoints: [path('vectors-page.js')],
    bundle: true,
    define: { 'process.env': '{}' },
    format: 'esm',
    logLevel: 'error',
    platform: 'browser',
    plugins: [forPages],
    target: 'es2022',
    write: false,
  });
  return {
    '/vectors': {
      body: '<!doctype html><meta charset="utf-8"><title>Vectors</title><link rel="icon" href="data:,">'
        + '<script type="module" src="/vectors.js"></script>',
    },
    '/vectors.js': { headers: { 'content-type': 'text/javascript; charset=utf-8' }, body },
    ...Object.fromEntries(files.map((file) => [`/vectors/${file}.json`, {
      headers: { 'content-type': 'application/json' }, body: readFileSync(`${FOLDER}${file}.json`, 'utf8'),
    }])),
  };
}
