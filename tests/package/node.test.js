/** The packed package in Node.js: by `require`, by `import`, in a worker thread, and in TypeScript compiled to CommonJS. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { join } from 'node:path';
import { CLIENT_VARIABLES } from '../support/environment.js';
import { NAME, nodes, packageIn, packed, project, runInNodes, runNode } from './support.js';

const require = createRequire(import.meta.url);
const print = 'scenario(oauth).then((result) => console.log(JSON.stringify(result)));';

test('the package works when it is loaded by require', async (t) => {
  const folder = project(t, {
    'main.cjs': `const oauth = require('nocodb-bitbucket-auth/oauth');
      import('./scenario.js').then(({ scenario }) => ${print.replace(';', '')});`,
  });
  await runInNodes(t, folder, 'main.cjs');
});

test('the package works when it is loaded by import', async (t) => {
  const folder = project(t, {
    'main.js': `import * as oauth from 'nocodb-bitbucket-auth/oauth';
      import { scenario } from './scenario.js';
      ${print}`,
  });
  await runInNodes(t, folder, 'main.js');
});

test('the package works in a worker thread', async (t) => {
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

test('the package works in TypeScript that is compiled to CommonJS', async (t) => {
  const folder = project(t, {
    'package.json': '{}',
    'main.ts': `import * as oauth from 'nocodb-bitbucket-auth/oauth';
      import { scenario } from './scenario';
      const client: oauth.OAuthClient = oauth.createClient({ clientId: 'k', redirectUri: 'https://h.example/' });
      if (!client.authorizationUrl()) throw new Error('the authorization URL has no client_id');
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

/** Imports or requires entries in the given order, uses each, and counts how often the core was compiled. */
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
    test(`${entries.join(', ')}, loaded by ${load}, compile the core once and share an error class`, async (t) => {
      const folder = project(t, { 'main.cjs': together(load, entries) }, { withDependencies: true });
      for (const node of Object.values(nodes)) {
        assert.deepEqual(await runNode(node, folder, 'main.cjs', CLIENT_VARIABLES), { compiled: 1, classes: 1 });
      }
    });
  }
}

const { dependencies } = require(join(packageIn(packed.folder), 'package.json'));

/** Does what NocoDB does at its start, and prints which modules of Node.js this loads, and when the core is compiled. */
const atStart = (load) => `
  (async () => {
    await import('node:fs');
    const { Module } = WebAssembly;
    let compiled = 0;
    WebAssembly.Module = class extends Module {
      constructor(bytes) {
        super(bytes);
        compiled += 1;
      }
    };
    const modules = () => process.moduleLoadList.filter((name) => /^NativeModule (crypto|https?|http2|net|tls|zlib|dns)$/.test(name));
    const before = modules();
    const { createEntry, default: entry } = await ${load}('nocodb-bitbucket-auth');
    const { type, manifest, wrapper: Wrapper } = entry;
    const compiledByLoading = compiled;
    const { form } = createEntry(process.env);
    const url = form.find((element) => element.type === 'oauth').oauthMeta.authUri;
    new Wrapper({ type: 'api_key', token: 'the-token' }).maskConfig({});
    console.log(JSON.stringify({
      type, title: manifest.title, isAddress: url.startsWith('https://bitbucket.org/'),
      loaded: modules().filter((name) => !before.includes(name)), compiledByLoading, compiled,
    }));
  })();`;

for (const load of ['require', 'import']) {
  test(`the entry, loaded by ${load}, shows its form without other packages and without slow modules of Node.js`, async (t) => {
    // This folder contains no other package.
    const folder = project(t, { 'main.cjs': atStart(load) });
    for (const node of Object.values(nodes)) {
      assert.deepEqual(await runNode(node, folder, 'main.cjs', CLIENT_VARIABLES), {
        type: 'auth', title: 'Bitbucket', isAddress: true, loaded: [], compiledByLoading: 0, compiled: 1,
      });
    }
  });

  test(`the entry, loaded by ${load}, names a missing package when a connection is used`, async (t) => {
    for await (const { name, outcome: { refused, tested } } of withoutEach(t, load, 'missing')) {
      assert.match(refused.message, new RegExp(`^The package ${name} could not be loaded: install [^/\\\\]*$`));
      assert.deepEqual({ ...refused, message: '' }, {
        name: 'BitbucketAuthError', message: '', code: 'INVALID_CONFIG', phase: 'config', field: name,
        retryable: false, reauthorize: false,
      });
      assert.deepEqual(tested, { success: false, message: refused.message });
    }
  });

  test(`the entry, loaded by ${load}, can use a connection as soon as an incomplete package is complete`, async (t) => {
    for await (const { name, outcome: { refused, again } } of withoutEach(t, load, 'incomplete')) {
      assert.match(refused.message, new RegExp(`^The package ${name} could not be loaded: install [^/\\\\]*$`));
      assert.equal(again, 'function');
    }
  });
}

for (const load of ['require', 'import']) {
  test(`nocodb-bitbucket-auth/browser, loaded by ${load}, does nothing on a server that renders a page`, async (t) => {
    const folder = project(t, { 'main.cjs': `
      // Shims for servers define a window like this.
      if (process.env.TEST_SHIM) globalThis.window = globalThis;
      let done = 0;
      const counting = (given) => (...args) => {
        done += 1;
        return given(...args);
      };
      for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']) globalThis[name] = counting(globalThis[name]);
      globalThis.requestIdleCallback = counting(() => {});
      WebAssembly.compile = counting(WebAssembly.compile);
      WebAssembly.Module = class extends WebAssembly.Module {
        constructor(bytes) {
          super(bytes);
          // Node.js also compiles WebAssembly of its own.
          if (WebAssembly.Module.imports(this).some(({ module }) => module.includes('core'))) done += 1;
        }
      };
      (async () => {
        const { authorizeInPopup } = await ${load}('nocodb-bitbucket-auth/browser');
        console.log(JSON.stringify([typeof authorizeInPopup, done]));
      })();` });
    for (const node of Object.values(nodes)) {
      for (const env of [{}, { TEST_SHIM: '1' }]) {
        assert.deepEqual(await runNode(node, folder, 'main.cjs', env), ['function', 0]);
      }
    }
  });
}

test('the form is shown and a connection works with frozen built-ins', async (t) => {
  for (const load of ['require', 'import']) {
    const folder = project(t, { 'main.cjs': `
      (async () => {
        const { createEntry } = await ${load}('nocodb-bitbucket-auth');
        const { form, wrapper: Wrapper } = createEntry(process.env);
        const client = await new Wrapper({ type: 'api_key', token: 'the-token' }).authenticate();
        console.log(JSON.stringify([form.some(({ type }) => type === 'oauth'), typeof client.get]));
      })();` }, { withDependencies: true });
    for (const node of Object.values(nodes)) {
      const args = ['--frozen-intrinsics', '--no-warnings', join(folder, 'main.cjs')];
      const { stdout, stderr } = spawnSync(node, args, { encoding: 'utf8', env: { ...process.env, ...CLIENT_VARIABLES } });
      assert.equal(stdout, '[true,"function"]\n', stderr);
    }
  }
});

/** For each package in turn, uses a connection while this package is missing or incomplete, in each version of Node.js. */
async function* withoutEach(t, load, how) {
  const folder = project(t, { 'main.cjs': firstUse(load) }, { withDependencies: true });
  // The Redis client is loaded only if a Redis is configured, and the plugin also works without this client. Only the command
  // line uses the spinner.
  const { ioredis: _redis, 'yocto-spinner': _spinner, ...needed } = dependencies;
  for (const name of Object.keys(needed)) {
    for (const node of Object.values(nodes)) {
      const env = { ...CLIENT_VARIABLES, TEST_PACKAGE: name, TEST_HOW: how };
      yield { name, outcome: await runNode(node, folder, 'main.cjs', env) };
    }
  }
}

/** Uses a connection while a package is missing, or is incomplete as during its installation, and again once it is complete. */
const firstUse = (load) => `
  const { mkdirSync, readdirSync, renameSync } = require('node:fs');
  const { join } = require('node:path');
  const folder = join(__dirname, 'node_modules', '${NAME}', 'node_modules', process.env.TEST_PACKAGE);
  const away = join(__dirname, 'away');
  mkdirSync(away, { recursive: true });
  // Node.js caches that a package.json is missing, so an incomplete package keeps this file.
  const files = process.env.TEST_HOW === 'missing' ? ['.'] : readdirSync(folder).filter((name) => name !== 'package.json');
  const moves = files.map((name) => [join(folder, name), join(away, process.env.TEST_PACKAGE + name)]);
  (async () => {
    const { createEntry } = await ${load}('nocodb-bitbucket-auth');
    const { wrapper: Wrapper } = createEntry(process.env);
    const connection = new Wrapper({ type: 'api_key', token: 'the-token' });
    let refused;
    let tested;
    for (const [from, to] of moves) renameSync(from, to);
    try {
      refused = await connection.authenticate().catch((error) => error);
      tested = await connection.testConnection();
    } finally {
      for (const [from, to] of moves) renameSync(to, from);
    }
    const again = await connection.authenticate().then((client) => typeof client.get, (error) => error.message);
    console.log(JSON.stringify({ refused, tested, again }));
  })();`;
