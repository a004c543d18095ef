/**
 * Arguments of the public functions that have the wrong type or whose members throw: which arguments are rejected, and that the
 * core continues to work.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import vm from 'node:vm';
import {
  authorizeInPopup, beginRedirect, completeRedirect, createClient as createPublicClient,
} from 'nocodb-bitbucket-auth/browser';
import { BitbucketAuthError, createClient, expandScopes, missingScopes } from 'nocodb-bitbucket-auth/oauth';
import { REDIRECT_URI } from '../support/environment.js';

const OPTIONS = { clientId: 'the-key', clientSecret: 'the-secret', redirectUri: REDIRECT_URI };
const ANSWER = {
  status: 200, grant: 'refresh_token', receivedAt: 0, body: '{"access_token":"a","token_type":"bearer"}',
};

function revoked(target = {}) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const fail = () => { throw new Error('marked'); };

function assertThrows(call, expected) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof BitbucketAuthError, inspect(error));
    assert.doesNotMatch(inspect(error), /marked/);
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, error[key]])), expected);
    return true;
  });
}

async function assertRejects(promise, code) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof BitbucketAuthError, inspect(error));
    assert.doesNotMatch(inspect(error), /marked/);
    if (code) assert.equal(error.code, code);
    return true;
  });
}

describe('a member of the wrong type', () => {
  test('is named in an error whose phase depends on the grant of the response', () => {
    const client = createClient(OPTIONS);
    const wrong = [
      ['grant', 'password', 'exchange'], ['grant', 1, 'exchange'], ['status', '200'], ['status', 99], ['status', 200.5],
      ['receivedAt', 'now'], ['headers', 'text'], ['headers', ['a']], ['request', 'text'],
      ['request', { body: 1 }, 'refresh', 'request.body'], ['body', 1], ['body', new Uint16Array(2)],
      ['body', { [Symbol.toStringTag]: 'Uint8Array', get length() { return fail(); } }],
    ];
    for (const [name, value, phase = 'refresh', field = name] of wrong) {
      assertThrows(() => client.parseTokenResponse({ ...ANSWER, [name]: value }), { code: 'INVALID_ARGUMENT', phase, field });
    }
  });

  test('is ignored in `previous`, so that the tokens that have just arrived are not lost', () => {
    const client = createClient({ ...OPTIONS, scopes: ['account'] });
    const hints = [1, 'text', { refreshToken: 1, scopes: ['a', null] }, { scopes: {} }, { refreshToken: 'not a token' }, revoked(),
      { get refreshToken() { return fail(); } }, { scopes: revoked([]) }, { scopes: new Array(1001).fill('a') }];
    for (const previous of hints) {
      const tokens = client.parseTokenResponse({ ...ANSWER, previous });
      assert.deepEqual(tokens, { accessToken: 'a', tokenType: 'bearer', scopes: ['account'] });
    }
  });

  test('is rejected in a list of scopes, and so is a list of more than a thousand scopes', () => {
    assert.equal(expandScopes(new Array(1000).fill('a')).length, 1);
    for (const list of [new Array(1001).fill('a'), new Array(1001).fill(''), { length: 1 }, [, 'a'], [['a']], new Set(['a']),
      Object.defineProperty(['a'], 0, { get: fail }), revoked([]),
      new Proxy([], { get: (_, name) => (name === 'length' ? 2 ** 32 : 'a') })]) {
      assertThrows(() => expandScopes(list), { code: 'INVALID_ARGUMENT', phase: 'config', field: 'scopes' });
    }
    assertThrows(() => expandScopes(new Array(1001).fill('')), {
      message: 'An argument passed to nocodb-bitbucket-auth is invalid: scopes contains more than 1000 scopes.',
    });
  });
});

describe('additional parameters of an authorization request', () => {
  test('must be a plain object, because the entries of a Map would be lost silently', () => {
    const client = createClient(OPTIONS);
    const lost = [new Map([['prompt', 'x']]), new URLSearchParams('prompt=x'), new Headers({ prompt: 'x' }), new Date(), ['x'],
      Object.create({ prompt: 'x' }), Promise.resolve(), new Uint8Array(2)];
    for (const extraParams of lost) {
      assertThrows(() => client.createAuthorizationRequest({ extraParams }), { code: 'INVALID_ARGUMENT', field: 'extraParams' });
    }
    for (const options of ['prompt=x', 5, true]) {
      assertThrows(() => client.createAuthorizationRequest(options), { code: 'INVALID_ARGUMENT', field: 'options' });
    }
    const others = [vm.runInNewContext('({ prompt: "x" })'), Object.assign(Object.create(null), { prompt: 'x' })];
    for (const extraParams of others) assert.match(client.createAuthorizationRequest({ extraParams }).url, /&prompt=x$/);
  });
});

describe('a value', () => {
  test('of another realm is accepted like a value of this realm', () => {
    const client = createClient(OPTIONS);
    const other = vm.createContext({ URL, URLSearchParams });
    const bytes = vm.runInContext('new Uint8Array(2)', other);
    assert.ok(!(bytes instanceof Uint8Array));
    assertThrows(() => client.parseTokenResponse({ ...ANSWER, body: bytes }), { code: 'RESPONSE_NOT_JSON' });
    assert.deepEqual(expandScopes(vm.runInContext('["account"]', other)), ['account']);
  });

  test('of type Uint8Array is read completely, even if it has an own property `length`', () => {
    const body = Object.defineProperty(new TextEncoder().encode(`xx${ANSWER.body}`).subarray(2), 'length', { value: 0 });
    assert.equal(createClient(OPTIONS).parseTokenResponse({ ...ANSWER, body }).accessToken, 'a');
  });
});

describe('the options of a login in a web page', () => {
  const window = { origin: new URL(REDIRECT_URI).origin, location: { href: REDIRECT_URI }, history: {} };
  const own = { clientId: 'Key', redirectUri: REDIRECT_URI };
  const client = { ...own, confidential: false };
  const refused = [
    ['a secret', { ...own, clientSecret: 'fake' }, 'clientSecret'],
    ['an empty secret', { ...own, clientSecret: '' }, 'clientSecret'],
    ['a secret under the name client_secret', { ...own, client_secret: 'fake' }, 'client_secret'],
    ['a secret under the name secret', { ...own, secret: 1 }, 'secret'],
    ['a secret whose getter throws', { ...own, get clientSecret() { return fail(); } }, 'options'],
    ['no id', { redirectUri: REDIRECT_URI }, 'clientId'],
    ['no redirect URI', { clientId: 'Key' }, 'redirectUri'],
    ['an id of the wrong type', { ...own, clientId: 1 }, 'clientId'],
    ['scopes of the wrong type', { ...own, scopes: 1 }, 'scopes'],
    ['endpoints of the wrong type', { ...own, endpoints: 1 }, 'endpoints'],
    ['an endpoint of the wrong type', { ...own, endpoints: { tokenUrl: 1 } }, 'endpoints.tokenUrl'],
    ['a redirect URI of another origin', { ...own, redirectUri: 'https://elsewhere.example/' }, 'redirectUri'],
    ['a client of the wrong type', { client: 1 }, 'client'],
    ['a client with a secret', { client: { ...client, clientSecret: 'fake' } }, 'client.clientSecret'],
    ['a confidential client', { client: createClient(OPTIONS) }, 'client'],
    ['a client whose member confidential is null', { client: { ...client, confidential: null } }, 'client'],
    ['a client without an id', { client: { ...client, clientId: null } }, 'client.clientId'],
    ['an id in addition to a client', { client, clientId: 'Key' }, 'clientId'],
    ['a redirect URI in addition to a client', { client, redirectUri: REDIRECT_URI }, 'redirectUri'],
    ['scopes in addition to a client', { client, scopes: [] }, 'scopes'],
    ['endpoints in addition to a client', { client, endpoints: {} }, 'endpoints'],
  ];
  for (const [what, options, field] of refused) {
    test(`are rejected because of an invalid option (${what})`, async () => {
      const given = Object.defineProperties({ window }, Object.getOwnPropertyDescriptors(options));
      await assert.rejects(beginRedirect(given), (error) => {
        assertThrows(() => { throw error; }, { code: 'INVALID_ARGUMENT', phase: 'config', field });
        return true;
      });
    });
  }

  test('cause no error except BitbucketAuthError when members of the window throw or have the wrong type', async (t) => {
    const own = { clientId: 'the-key', redirectUri: REDIRECT_URI };
    const odd = [{}, 5, 5n, Symbol('marked'), [], new URL(REDIRECT_URI), null];
    for (const value of odd) {
      let looks = 0;
      const changing = { get origin() { return looks++ ? value : 'https://nocodb.example'; } };
      await assertRejects(beginRedirect({ ...own, window: changing }), 'INVALID_CONFIG');
      await assertRejects(beginRedirect({ ...own, window: { origin: value } }), 'INVALID_CONFIG');
      const page = { origin: 'https://nocodb.example', location: { href: value } };
      assert.equal(await completeRedirect({ window: page }), null);
    }
    for (const options of [revoked(), { get window() { return fail(); } }, { window: revoked() }]) {
      for (const call of [authorizeInPopup, beginRedirect, completeRedirect]) await assertRejects(call(options));
    }
    await assertRejects(authorizeInPopup({ ...own, get signal() { return fail(); } }));
    t.after(() => delete globalThis.location);
    for (const value of odd) {
      globalThis.location = { origin: value };
      assert.equal(createPublicClient(own).clientId, 'the-key');
    }
    Object.defineProperty(globalThis.location = {}, 'origin', { get: fail });
    assert.equal(createPublicClient(own).clientId, 'the-key');
  });

  test('must be an object without a client secret, also for completeRedirect', async () => {
    for (const options of [null, 1, 'text']) await assert.rejects(completeRedirect(options), { field: /options|window/ });
    await assert.rejects(completeRedirect({ window, secret: 'fake' }), { code: 'INVALID_ARGUMENT', field: 'secret' });
  });
});

describe('hostile values', () => {
  const VALUES = [
    undefined, null, true, false, 0, -1, NaN, Infinity, 1e300, 7n, Symbol('s'), '', ' ', 'text', '\0', '\ud800', 'x'.repeat(70_000),
    [], [7], [[]], [null], new Array(1001), ['a', 'b'], {}, { length: 1 }, Object.create(null), () => {}, class {}, new Map([['a', 'b']]),
    new Set([1]), new Date(NaN), /x/, new Error('marked'), new Uint8Array(3), new Float64Array(2), new ArrayBuffer(8), new DataView(new ArrayBuffer(8)),
    new URL('https://nocodb.example/?code=a'), new URLSearchParams('code=a'), new Headers({ a: 'b' }), Promise.resolve(),
    revoked(), revoked([]), revoked(() => {}), new Proxy({}, { get: fail }), new Proxy({}, { ownKeys: fail }), new Proxy([], { get: fail }),
    new Proxy({}, { getOwnPropertyDescriptor: fail }), { get state() { return fail(); } }, { toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail },
    { [Symbol.toStringTag]: 'URL', get href() { return fail(); } }, { [Symbol.toStringTag]: 'URL', href: 7 },
    { [Symbol.toStringTag]: 'URLSearchParams', toString: fail }, { [Symbol.toStringTag]: 'URLSearchParams', toString: () => 7 },
    { [Symbol.toStringTag]: 'Uint8Array', length: 3 }, { get [Symbol.toStringTag]() { return fail(); } },
    { [Symbol.iterator]: fail }, { *[Symbol.iterator]() { yield 7; } }, { [Symbol.iterator]: () => ({ next: fail }) },
    Object.defineProperty(['a'], 0, { get: fail }), Object.defineProperty([], 'length', { value: 0 }),
    new Proxy([], { get: (_, name) => (name === 'length' ? 2 ** 40 : 'a') }), structuredClone(new Uint8Array(1)),
  ];
  const MEMBERS = [
    'clientId', 'clientSecret', 'redirectUri', 'scopes', 'endpoints', 'authorizeUrl', 'tokenUrl', 'apiUrl', 'extraParams', 'state', 'code',
    'codeVerifier', 'code_verifier', 'refreshToken', 'status', 'headers', 'body', 'receivedAt', 'grant', 'previous', 'request', '__proto__',
  ];

  test('cause neither a WebAssembly trap nor a hang in 200,000 calls, and the core works afterwards', () => {
    const client = createClient(OPTIONS);
    let seed = 1;
    const draw = (list) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return list[seed % list.length];
    };
    /** Returns a hostile value, or the valid object `right` with a hostile value in one member. */
    const hostile = (right = {}) => (draw([0, 1, 2]) === 0 ? draw(VALUES) : { ...right, [draw(MEMBERS)]: draw(VALUES) });
    const CALLS = [
      () => createClient(hostile(OPTIONS)),
      () => createClient({ ...OPTIONS, endpoints: hostile() }),
      () => client.createAuthorizationRequest(hostile()),
      () => client.createAuthorizationRequest({ extraParams: hostile() }),
      () => client.validateAuthorizationResponse(draw(VALUES), hostile({ state: 's' })),
      () => client.buildTokenRequest(hostile({ code: 'c' })),
      () => client.buildRefreshRequest(hostile({ refreshToken: 'r' })),
      () => client.parseTokenResponse(hostile(ANSWER)),
      () => client.parseTokenResponse({ ...ANSWER, [draw(['headers', 'previous', 'request'])]: hostile() }),
      () => expandScopes(draw(VALUES)),
      () => missingScopes(draw(VALUES), draw(VALUES)),
    ];
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    const foreign = new Set();
    for (let at = 0; at < 200_000; at += 1) {
      try {
        CALLS[at % CALLS.length]();
      } catch (error) {
        if (!(error instanceof BitbucketAuthError) || /marked/.test(error.message)) foreign.add(`${CALLS[at % CALLS.length]}: ${inspect(error)}`);
      }
    }
    Error.stackTraceLimit = limit;
    assert.deepEqual([...foreign], []);
    assert.equal(client.parseTokenResponse(ANSWER).accessToken, 'a');
    assert.equal(createClient(OPTIONS).createAuthorizationRequest().state.length, 43);
  });
});
