/** How the core is loaded. Each test loads the core in its own process, because a process loads the core only once. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runJsonFixture } from '../support/fixtures.js';

const load = (t, way) => runJsonFixture(t, 'load.js', [way]);

describe('init', () => {
  const ways = [
    'other bytes', 'another module', 'an empty module', 'an empty module, compiled', 'an empty module, without crypto.subtle',
    'the core with a byte changed', 'the core of another build', 'the core of another build, compiled',
    'the core of another build, without crypto.subtle', 'a number', 'null', 'a response for a file that is not there',
    'a promise that fails', 'a file that is not there', 'a path that is not there',
  ];
  for (const way of ways) {
    test(`rejects a wrong source, and the core can still be loaded (${way})`, async (t) => {
      const { refused, works } = await load(t, way);
      const { message, ...error } = refused;
      assert.deepEqual(error, { name: 'BitbucketAuthError', code: 'INVALID_ARGUMENT', phase: 'config', field: 'source' });
      assert.doesNotMatch(message, /marked/);
      assert.match(message, / (not there|that fails)$/.test(way) ? /source could not be read \(/ : /source is not this version's/);
      assert.equal(works, true);
    });
  }
});

describe('a runtime that cannot run the core', () => {
  for (const way of ['init() where WebAssembly is forbidden', 'first use where WebAssembly is forbidden',
    'first use where eval is forbidden']) {
    test(`gets an error that names the directive of the Content Security Policy (${way})`, async (t) => {
      const { refused, failed, works } = await load(t, way);
      assert.equal(works, undefined);
      if (way.startsWith('init')) assert.deepEqual(refused, failed);
      const { message, ...error } = failed;
      assert.deepEqual(error, { name: 'BitbucketAuthError', code: 'INVALID_CONFIG', phase: 'config', field: 'WebAssembly' });
      assert.match(message, /Content Security Policy.*'wasm-unsafe-eval'.*script-src/);
    });
  }

  for (const way of ['init() where WebAssembly must be compiled ahead of time',
    'first use where WebAssembly must be compiled ahead of time',
    'a Uint8Array where WebAssembly must be compiled ahead of time']) {
    test(`gets an error that names the entry for such runtimes (${way})`, async (t) => {
      const { refused, failed, works } = await load(t, way);
      assert.equal(works, undefined);
      for (const { message, ...error } of [failed, ...(refused ? [refused] : [])]) {
        assert.deepEqual(error, { name: 'BitbucketAuthError', code: 'INVALID_CONFIG', phase: 'config', field: 'WebAssembly' });
        assert.match(message, /nocodb-bitbucket-auth\/slim.*await init\(\) with.*core\.wasm as a module/);
      }
    });
  }

  for (const way of ['first use without TextDecoder', 'init() without TextDecoder', 'first use without TextEncoder',
    'first use without WebAssembly']) {
    test(`can import the package, and the first call throws an error that names the cause (${way})`, async (t) => {
      const { refused, failed, works } = await load(t, way);
      const field = way.split(' ').at(-1);
      assert.equal(works, undefined);
      for (const { message, ...error } of [failed, ...(refused ? [refused] : [])]) {
        assert.deepEqual(error, { name: 'BitbucketAuthError', code: 'INVALID_CONFIG', phase: 'config', field });
        assert.match(message, new RegExp(`This runtime has no ${field}`));
      }
    });
  }

  test('gets an error that names the RangeError when memory is short at first use', async (t) => {
    const { failed } = await load(t, 'first use where memory is short');
    assert.equal(failed.code, 'INVALID_CONFIG');
    assert.match(failed.message, /RangeError/);
    assert.doesNotMatch(failed.message, /Content Security Policy/);
  });
});

describe('the entry `slim` without a source', () => {
  for (const way of ['slim: first use without a source', 'slim: init() without a source']) {
    test(`throws an error that says what to do (${way})`, async (t) => {
      const { refused, failed, works, after } = await load(t, way);
      assert.equal(works, undefined);
      assert.deepEqual(after, { modules: 0, instances: 0 });
      if (way.includes('init')) assert.deepEqual(refused, failed);
      const { message, ...error } = failed;
      assert.deepEqual(error, { name: 'BitbucketAuthError', code: 'INVALID_CONFIG', phase: 'config', field: 'WebAssembly' });
      assert.match(message, /await init\(\) with nocodb-bitbucket-auth\/core\.wasm/);
    });
  }
});

describe('the core', () => {
  const once = { modules: 1, instances: 1 };
  const ways = {
    'first use': once,
    'init()': once,
    'init() three times at once': once,
    'init() twice, one after the other': once,
    'first use while init() is running': undefined,
    'a Uint8Array': once,
    'an ArrayBuffer': once,
    'a module': once,
    'a response': once,
    'the promise of a response': once,
    'a URL as a string': once,
    'a URL': once,
    'first use without Buffer': once,
    'first use with Uint8Array.fromBase64': once,
    'a Uint8Array, without crypto.subtle': once,
    'a file: URL': once,
    'a file: URL as a string': once,
    'a path': once,
    'a path below the working directory': once,
    'slim: an empty module, and then the core': once,
    'slim: an empty module and the core at once': once,
    'slim: a Uint8Array': once,
    'slim: a URL as a string': once,
    'slim: first use after the import of `oauth`': once,
  };
  for (const [way, expected] of Object.entries(ways)) {
    test(`is loaded${expected ? ' once' : ''} (${way})`, async (t) => {
      const { before, after, ...result } = await load(t, way);
      assert.deepEqual(result, { works: true });
      assert.deepEqual(before, { modules: 0, instances: 0 }, 'importing loads nothing');
      if (expected) assert.deepEqual(after, expected);
    });
  }
});
