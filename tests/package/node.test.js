/** The packed package in Node.js: as it is, and as TypeScript compiles for CommonJS. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { join } from 'node:path';
import { nodes, packageIn, project, runInNodes, runNode } from './support.js';

const require = createRequire(import.meta.url);
const VARIABLES = {
  INTEGRATION_AUTH_BITBUCKET_CLIENT_ID: 'the-key',
  INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'the-secret',
  INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI: 'https://nocodb.example/dashboard/',
};
const print = 'scenario(oauth).then((result) => console.log(JSON.stringify(result)));';

test('require', async (t) => {
  const folder = project(t, {
    'main.cjs': `const oauth = require('nocodb-bitbucket-auth/oauth');
      import('./scenario.js').then(({ scenario }) => ${print.replace(';', '')});`,
  });
  await runInNodes(t, folder, 'main.cjs');
});

test('import', async (t) => {
  const folder = project(t, {
    'main.js': `import * as oauth from 'nocodb-bitbucket-auth/oauth';
      import { scenario } from './scenario.js';
      ${print}`,
  });
  await runInNodes(t, folder, 'main.js');
});

test('a worker thread', async (t) => {
  const folder = project(t, {
    'main.js': `import { Worker } from 'node:worker_threads';
      new Worker(new URL('worker.js', import.meta.url)).on('message', (result) => console.log(JSON.stringify(result)));`,
    'worker.js': `import { parentPort } from 'node:worker_threads';
      import * as oauth from 'nocodb-bitbucket-auth/oauth';
      import { scenario } from './scenario.js';
      parentPort.postMessage(await scenario(oauth));`,
  });
  await runInNodes(t, folder, 'main.js');
});

test('TypeScript, compiled to CommonJS', async (t) => {
  const folder = project(t, {
    'package.json': '{}',
    'main.ts': `import * as oauth from 'nocodb-bitbucket-auth/oauth';
      import { scenario } from './scenario';
      const client: oauth.OAuthClient = oauth.createClient({ clientId: 'k', redirectUri: 'https://h.example/' });
      if (!client.authorizationUrl()) throw new Error('no address');
      ${print}`,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        allowJs: true, lib: ['es2022', 'dom'], module: 'node16', outDir: 'out', strict: true, target: 'es2022', types: [],
      },
      files: ['main.ts'],
    }),
  });
  const tsc = require.resolve('typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
  await runInNodes(t, folder, join('out', 'main.js'));
});

/** Imports or requires entries in an order, uses each, and counts how often the core was compiled. */
const together = (load, order) => `
  const page = { origin: 'https://h.example', location: { href: 'https://h.example/' } };
  const { Module, compile } = WebAssembly;
  const compiled = [];
  WebAssembly.compile = (bytes) => {
    compiled.push(bytes.byteLength);
    return compile(bytes);
  };
  WebAssembly.Module = class extends Module {
    constructor(bytes) {
      super(bytes);
      compiled.push(bytes.byteLength);
    }

    static [Symbol.hasInstance] = (value) => value instanceof Module;
  };
  (async () => {
    const errors = new Set();
    for (const entry of ${JSON.stringify(order)}) {
      const loaded = await ${load}(entry);
      const refused = await loaded.beginRedirect?.({ clientSecret: 's', window: page }).catch((error) => error);
      errors.add(loaded.BitbucketAuthError ?? refused.constructor);
      if (loaded.createClient) loaded.createClient({ clientId: 'k', redirectUri: 'https://h.example/' });
      if (loaded.createEntry) loaded.createEntry().form;
    }
    const size = require('node:fs').statSync(require.resolve('nocodb-bitbucket-auth/core.wasm')).size;
    console.log(JSON.stringify({ compiled: compiled.filter((length) => length === size).length, classes: errors.size }));
  })();`;

for (const load of ['require', 'import']) {
  for (const order of [['', '/oauth', '/browser', '/slim'], ['/browser', '/oauth', '', '/slim']]) {
    const entries = order.map((name) => `nocodb-bitbucket-auth${name}`);
    test(`${load} of ${entries.join(', ')}: the core is compiled once, and they share a class of errors`, async (t) => {
      const folder = project(t, { 'main.cjs': together(load, entries) }, { withDependencies: true });
      for (const node of Object.values(nodes)) {
        assert.deepEqual(await runNode(node, folder, 'main.cjs', VARIABLES), { compiled: 1, classes: 1 });
      }
    });
  }
}

test('the protocol functions need no other package', (t) => {
  const folder = project(t, { 'main.cjs': 'require(\'nocodb-bitbucket-auth\');' });
  const { stderr } = spawnSync(process.execPath, [join(folder, 'main.cjs')], { encoding: 'utf8' });
  // The other tests run in such a folder, so that the entry for NocoDB must fail in it.
  assert.match(stderr, /Cannot find module '(?!nocodb)/);
  assert.ok(require(join(packageIn(folder), 'package.json')).dependencies.axios);
});
