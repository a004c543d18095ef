/**
 * The packed package in the bundlers that build NocoDB and front ends, each in its own folder. Each bundle runs in its target:
 * Node.js, or Chromium under a Content Security Policy that allows no eval except WebAssembly's.
 */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { rspack } from '@rspack/core';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import { build as esbuild } from 'esbuild';
import { rollup } from 'rollup';
import { build as viteBuild, createServer as viteServer } from 'vite';
import webpack from 'webpack';
import { authorizationCode, startSimulator } from '../support/bitbucket.js';
import { simulatorVariables } from '../support/environment.js';
import {
  NAME, emptyFolder, judgeScenario, nodes, outcomeOf, packageIn, pageWith, project, runInNodes, runNode, serveFolder,
} from './support.js';

/** The size limit of a bundle. It leaves 191 KB for the WebAssembly, which base64 makes a third larger. */
const MAX_GZIP = 270_000;
/** The size limit of a bundle for logins from a page. It contains the page core, the part of the core for such logins. */
const MAX_GZIP_BROWSER = 105_000;
/** The size limit of a bundle without the core's bytes, which contains only the shim and the glue. */
const MAX_GZIP_SLIM = 20_000;

const print = `import * as oauth from '${NAME}/oauth';
import { scenario } from './scenario.js';
scenario(oauth).then((result) => console.log(JSON.stringify(result)));`;
const show = `import * as oauth from '${NAME}/oauth';
import { scenario } from './scenario.js';
globalThis.outcome = scenario(oauth);`;
/** Loads the core as a file, from a URL that the bundler makes. */
const showSlim = (address) => `import * as oauth from '${NAME}/slim';
${address}
import { scenario } from './scenario.js';
globalThis.outcome = oauth.init(core).then(() => scenario({ ...oauth, init: () => {} }));`;

const gzip = (file) => gzipSync(readFileSync(file), { level: 9 }).length;

/** The files in a bundle that belong neither to this package nor to the test. */
const foreign = ({ inputs }) => Object.keys(inputs)
  .filter((path) => !/^(main\.js|scenario\.js|node_modules\/nocodb-bitbucket-auth\/(?!node_modules\/))/.test(path));

/** Runs webpack, or rspack, which takes the same options. A message is a failure unless it contains a text of `accepted`. */
async function pack(bundler, options, accepted = []) {
  const compiler = bundler({ mode: 'production', devtool: false, entry: './main.js', ...options });
  const stats = await promisify(compiler.run.bind(compiler))();
  await promisify(compiler.close.bind(compiler))();
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  const messages = [...errors, ...warnings].map(({ message }) => message);
  assert.deepEqual(messages.filter((message) => !accepted.some((name) => message.includes(name))), []);
}

/** Runs a page that loads a bundle, and checks its outcome. */
async function runInPage(t, folder, script = 'bundle.js', attributes = '') {
  writeFileSync(join(folder, 'index.html'), pageWith(script, attributes));
  judgeScenario(await outcomeOf(t, `${await serveFolder(t, folder)}/index.html`));
}

test('the package works in esbuild for Node.js', async (t) => {
  const folder = project(t, { 'main.js': print });
  await esbuild({
    absWorkingDir: folder, entryPoints: ['main.js'], bundle: true, platform: 'node', format: 'cjs', outfile: 'out/bundle.cjs',
    logLevel: 'error',
  });
  await runInNodes(t, folder, 'out/bundle.cjs');
});

test('the bundle of esbuild for browsers is within its size limit, and contains no other package', async (t) => {
  const folder = project(t, { 'main.js': show }, { withDependencies: true });
  const { metafile, warnings } = await esbuild({
    absWorkingDir: folder, entryPoints: ['main.js'], bundle: true, minify: true, metafile: true, outfile: 'bundle.js',
    logLevel: 'error',
  });
  assert.deepEqual(warnings, []);
  assert.deepEqual(foreign(metafile), []);
  const size = gzip(join(folder, 'bundle.js'));
  t.diagnostic(`${NAME}/oauth, minified: ${(size / 1000).toFixed(1)} KB gzip (at most ${MAX_GZIP / 1000} KB)`);
  await runInPage(t, folder);
  assert.ok(size <= MAX_GZIP, `${size} bytes`);
});

test('the bundle of esbuild for logins from a page is within its size limit, and contains no other package', async (t) => {
  const folder = project(t, { 'main.js': `export * from '${NAME}/browser';` }, { withDependencies: true });
  const { metafile, warnings, outputFiles: [{ contents }] } = await esbuild({
    absWorkingDir: folder, entryPoints: ['main.js'], bundle: true, format: 'esm', minify: true, metafile: true, write: false,
    logLevel: 'error',
  });
  assert.deepEqual(warnings, []);
  assert.deepEqual(foreign(metafile), []);
  const inside = Object.keys(metafile.inputs).map((path) => path.split('/').at(-1));
  assert.ok(inside.includes('page-core.wasm.js') && !inside.includes('core.wasm.js') && !inside.includes('core_bg.js'));
  const size = gzipSync(contents, { level: 9 }).length;
  t.diagnostic(`${NAME}/browser, minified: ${(size / 1000).toFixed(1)} KB gzip (at most ${MAX_GZIP_BROWSER / 1000} KB)`);
  assert.ok(size <= MAX_GZIP_BROWSER, `${size} bytes`);
});

test('a page that esbuild bundled builds an authorize URL with the page core', async (t) => {
  const folder = project(t, {
    'main.js': `import { createClient } from '${NAME}/browser';
      const client = createClient({ clientId: 'the-key', redirectUri: location.origin + '/callback' });
      globalThis.outcome = client.authorizationUrl();`,
  });
  await esbuild({
    absWorkingDir: folder, entryPoints: ['main.js'], bundle: true, minify: true, outfile: 'bundle.js', logLevel: 'error',
  });
  writeFileSync(join(folder, 'index.html'), pageWith('bundle.js'));
  const address = `${await serveFolder(t, folder)}/index.html`;
  const { searchParams } = new URL(await outcomeOf(t, address));
  assert.equal(searchParams.get('redirect_uri'), new URL('/callback', address).href);
});

test('the package works in esbuild for browsers without the inlined core', async (t) => {
  const folder = project(t, {
    'main.js': showSlim(`import address from '${NAME}/core.wasm';\nconst core = new URL(address, document.baseURI);`),
  });
  await esbuild({
    absWorkingDir: folder, entryPoints: ['main.js'], bundle: true, minify: true, outfile: 'bundle.js', logLevel: 'error',
    loader: { '.wasm': 'file' },
  });
  const size = gzip(join(folder, 'bundle.js'));
  t.diagnostic(`${NAME}/slim, minified: ${(size / 1000).toFixed(1)} KB gzip (at most ${MAX_GZIP_SLIM / 1000} KB)`);
  await runInPage(t, folder);
  assert.ok(size <= MAX_GZIP_SLIM, `${size} bytes`);
});

for (const [name, bundler] of [['webpack', webpack], ['rspack', rspack]]) {
  test(`the package works in ${name} for browsers`, async (t) => {
    const folder = project(t, { 'main.js': show });
    const output = { path: folder, filename: 'bundle.js' };
    await pack(bundler, { context: folder, target: 'web', output, performance: { hints: false } });
    await runInPage(t, folder);
  });

  test(`the package works in ${name} for browsers without the inlined core`, async (t) => {
    const folder = project(t, { 'main.js': showSlim(`const core = new URL('${NAME}/core.wasm', import.meta.url);`) });
    const output = { path: folder, filename: 'bundle.js', publicPath: '/' };
    // The core is larger than webpack recommends. The build checks the core's own size limit.
    await pack(bundler, { context: folder, target: 'web', output, performance: { hints: false } });
    const size = gzip(join(folder, 'bundle.js'));
    await runInPage(t, folder);
    assert.ok(size <= MAX_GZIP_SLIM, `${size} bytes`);
  });

  test(`the package works in ${name} for Node.js in one file, with __dirname unchanged`, async (t) => {
    const folder = project(t, { 'main.js': print });
    const output = { path: join(folder, 'out'), filename: 'bundle.cjs' };
    await pack(bundler, { context: folder, target: 'node', node: { __dirname: false }, output });
    assert.deepEqual(readdirSync(join(folder, 'out')), ['bundle.cjs']);
    await runInNodes(t, folder, 'out/bundle.cjs');
  });
}

test('the entry for NocoDB works in rspack for Node.js with all its dependencies in one file', async (t) => {
  const folder = project(t, {
    'main.cjs': `const plugin = require('${NAME}');
      const { entryScenario } = require('./entry-scenario.js');
      entryScenario(plugin).then((result) => console.log(JSON.stringify(result)));`,
  }, { withDependencies: true });
  const alone = emptyFolder(t);
  await pack(rspack, {
    context: folder,
    entry: './main.cjs',
    target: 'node',
    node: { __dirname: false },
    output: { path: alone, filename: 'bundle.cjs' },
    plugins: [new rspack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })],
    // `debug`, which ioredis uses, tries to load this package.
  }, ['supports-color']);
  assert.deepEqual(readdirSync(alone), ['bundle.cjs']);
  const bitbucket = await startSimulator(t);
  for (const [name, node] of Object.entries(nodes)) {
    await t.test(name, async () => {
      const { code, code_verifier: verifier } = await authorizationCode(bitbucket);
      const { url, tokens } = await runNode(node, alone, 'bundle.cjs', simulatorVariables(bitbucket, {
        TEST_CODE: code,
        TEST_CODE_VERIFIER: verifier,
      }));
      assert.equal(new URL(url).searchParams.get('client_id'), bitbucket.client.key);
      assert.ok(tokens.oauth_token);
      assert.ok(tokens.refresh_token);
    });
  }
});

test('the package works in rollup', async (t) => {
  const folder = project(t, { 'main.js': show });
  const bundle = await rollup({
    input: join(folder, 'main.js'),
    plugins: [nodeResolve({ browser: true })],
    onwarn: ({ message }) => assert.fail(message),
  });
  await bundle.write({ file: join(folder, 'bundle.js'), format: 'iife' });
  await runInPage(t, folder);
});

const viteOptions = (folder) => ({ root: folder, configFile: false, logLevel: 'error', cacheDir: join(folder, '.vite') });

test('the package works in a build of Vite', async (t) => {
  const folder = project(t, { 'main.js': show, 'index.html': pageWith('/main.js', 'type="module"') });
  await viteBuild({ ...viteOptions(folder), build: { chunkSizeWarningLimit: 1000 } });
  judgeScenario(await outcomeOf(t, `${await serveFolder(t, join(folder, 'dist'))}/index.html`));
});

test('the package works in a build of Vite without the inlined core', async (t) => {
  const folder = project(t, {
    'main.js': showSlim(`import core from '${NAME}/core.wasm?url';`), 'index.html': pageWith('/main.js', 'type="module"'),
  });
  await viteBuild(viteOptions(folder));
  const [script] = readdirSync(join(folder, 'dist', 'assets')).filter((name) => name.endsWith('.js'));
  const size = gzip(join(folder, 'dist', 'assets', script));
  judgeScenario(await outcomeOf(t, `${await serveFolder(t, join(folder, 'dist'))}/index.html`));
  assert.ok(size <= MAX_GZIP_SLIM, `${size} bytes`);
});

test('the package works in the development server of Vite', async (t) => {
  const folder = project(t, { 'main.js': show, 'index.html': pageWith('/main.js', 'type="module"') });
  const server = await viteServer({ ...viteOptions(folder), server: { host: '127.0.0.1', port: 0, watch: null } });
  t.after(() => server.close());
  await server.listen();
  judgeScenario(await outcomeOf(t, server.resolvedUrls.local[0]));
});

test('the package works in a module worker of the browser', async (t) => {
  const folder = project(t, {
    'worker.js': `import * as oauth from '${NAME}/oauth';
      import { scenario } from './scenario.js';
      postMessage(await scenario(oauth));`,
    'main.js': `globalThis.outcome = new Promise((resolve, reject) => {
      const worker = new Worker('out/worker.js', { type: 'module' });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });`,
  });
  await esbuild({
    absWorkingDir: folder, entryPoints: ['worker.js'], bundle: true, format: 'esm', outdir: 'out', logLevel: 'error',
  });
  await runInPage(t, folder, 'main.js');
});

test('the package works without a bundler, as modules that a browser loads', async (t) => {
  const folder = project(t, {
    'main.js': show.replace(`${NAME}/oauth`, `./package/${exported('./oauth')}`),
  });
  cpSync(packageIn(folder), join(folder, 'package'), { recursive: true });
  await runInPage(t, folder, 'main.js', 'type="module"');
});

/** The file that `import` loads for an entry. */
function exported(entry) {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).exports[entry].import.default;
}
