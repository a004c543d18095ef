/** `require` and `import` export the same names, give the same results and share one error class. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import * as importedIndex from 'nocodb-bitbucket-auth';
import * as importedBrowser from 'nocodb-bitbucket-auth/browser';
import * as importedOauth from 'nocodb-bitbucket-auth/oauth';
import * as importedSlim from 'nocodb-bitbucket-auth/slim';
import { thrownBy } from '../support/assertions.js';
import { REDIRECT_URI, environment } from '../support/environment.js';
import { runJsonFixture } from '../support/fixtures.js';
import { json, serve } from '../support/http-server.js';

const require = createRequire(import.meta.url);
const requiredIndex = require('nocodb-bitbucket-auth');
const requiredBrowser = require('nocodb-bitbucket-auth/browser');
const requiredOauth = require('nocodb-bitbucket-auth/oauth');
const requiredSlim = require('nocodb-bitbucket-auth/slim');

const OPTIONS = { clientId: 'the-key', clientSecret: 'the-secret', redirectUri: REDIRECT_URI };
const STATE = 'c3RhdGUtdGhhdC13YXMtc2VudC10by1CaXRidWNrZXQ';

/** Runs a call, and returns its value or its error as data. */
function outcome(call) {
  try {
    return { gives: call() };
  } catch (error) {
    return { throws: JSON.parse(JSON.stringify(error)) };
  }
}

test('import and require export the same names', () => {
  assert.deepEqual(Object.keys(importedIndex).sort(), [
    'BitbucketAuthError', 'BitbucketAuthIntegration', 'createEntry', 'default', 'isBitbucketAxiosError',
  ]);
  assert.deepEqual(Object.keys(importedOauth).sort(), [
    'BitbucketAuthError', 'DEFAULT_SCOPES', 'OAuthClient', 'createClient', 'expandScopes', 'init', 'missingScopes',
  ]);
  assert.deepEqual(Object.keys(importedSlim).sort(), Object.keys(importedOauth).sort());
  assert.deepEqual(Object.keys(importedBrowser).sort(), [
    'BitbucketAuthError', 'authorizeInPopup', 'beginRedirect', 'completeRedirect', 'createClient', 'init',
  ]);
  for (const [imported, required] of [
    [importedIndex, requiredIndex], [importedOauth, requiredOauth], [importedSlim, requiredSlim],
    [importedBrowser, requiredBrowser],
  ]) {
    const names = Object.keys(required).filter((name) => name !== '__esModule' && name !== 'module.exports');
    assert.deepEqual(names.sort(), Object.keys(imported).sort());
    for (const name of names) assert.equal(typeof required[name], typeof imported[name], name);
  }
});

test("the default export is NocoDB's entry", () => {
  for (const { default: entry } of [importedIndex, requiredIndex]) {
    assert.deepEqual([entry.type, entry.sub_type], ['auth', 'bitbucket']);
    assert.equal(typeof entry.wrapper, 'function');
  }
  assert.deepEqual(requiredIndex.default.manifest, importedIndex.default.manifest);
});

for (const [what, index, oauth, slim, browser] of [
  ['import', importedIndex, importedOauth, importedSlim, importedBrowser],
  ['require', requiredIndex, requiredOauth, requiredSlim, requiredBrowser],
]) {
  test(`the entry points share one error class if they are loaded by ${what}`, () => {
    assert.equal(index.BitbucketAuthError, oauth.BitbucketAuthError);
    assert.equal(slim.BitbucketAuthError, oauth.BitbucketAuthError);
    assert.equal(browser.BitbucketAuthError, oauth.BitbucketAuthError);
    assert.equal(slim.OAuthClient, oauth.OAuthClient);
    assert.throws(() => oauth.createClient(), index.BitbucketAuthError);
  });
}

test('a process that imports and requires everything compiles each core once', async (t) => {
  assert.deepEqual(await runJsonFixture(t, 'compiles.js', []), { compiled: 2, works: [true, true, true, true, true, true] });
});

test('a client of ./browser has no function for tokens, and rejects a client secret', () => {
  for (const { createClient } of [importedBrowser, requiredBrowser]) {
    const { clientSecret: _secret, ...options } = OPTIONS;
    const client = createClient(options);
    assert.equal(client.confidential, false);
    for (const name of ['buildTokenRequest', 'buildRefreshRequest', 'parseTokenResponse']) assert.equal(name in client, false);
    assert.throws(() => createClient(OPTIONS), { code: 'INVALID_ARGUMENT', field: 'clientSecret' });
  }
});

describe('require and import', () => {
  const response = (more) => ({
    status: 200, headers: {}, body: '', receivedAt: 1_000, grant: 'refresh_token', previous: { refreshToken: 'r' }, ...more,
  });
  const calls = {
    'a refused redirect URI': ({ createClient }) => createClient({ ...OPTIONS, redirectUri: 'http://nocodb.example/' }),
    'an authorization URL': ({ createClient }) => createClient(OPTIONS).authorizationUrl(),
    'a refused callback': ({ createClient }) => (
      createClient(OPTIONS).validateAuthorizationResponse(`${REDIRECT_URI}?error=access_denied&state=${STATE}`, { state: STATE })
    ),
    'a callback': ({ createClient }) => (
      createClient(OPTIONS).validateAuthorizationResponse(new URL(`${REDIRECT_URI}?code=c&state=${STATE}`), { state: STATE })
    ),
    'a token request': ({ createClient }) => createClient(OPTIONS).buildTokenRequest({ code: 'c' }),
    'a refresh request': ({ createClient }) => createClient(OPTIONS).buildRefreshRequest({ refreshToken: 'r' }),
    'a refused token response': ({ createClient }) => createClient(OPTIONS).parseTokenResponse(response({
      status: 400, body: '{"error":"invalid_grant","error_description":"No"}',
    })),
    'a token response': ({ createClient }) => createClient(OPTIONS).parseTokenResponse(response({
      body: new TextEncoder().encode('{"access_token":"a","token_type":"Bearer","expires_in":"60"}'),
    })),
    'expanded scopes': ({ expandScopes }) => expandScopes(['pullrequest:write']),
    'missing scopes': ({ missingScopes }) => missingScopes(['account', 'project'], ['account']),
    'default scopes': ({ DEFAULT_SCOPES }) => [...DEFAULT_SCOPES],
  };
  test('give the same authorization URL from ./browser as from ./oauth', () => {
    const { clientSecret: _secret, ...options } = OPTIONS;
    const addresses = [importedBrowser, requiredBrowser, importedOauth]
      .map(({ createClient }) => createClient(options).authorizationUrl());
    assert.deepEqual(addresses, Array(3).fill(addresses[0]));
  });
  for (const [what, call] of Object.entries(calls)) {
    test(`give the same result for ${what}`, () => {
      const expected = outcome(() => call(importedOauth));
      assert.deepEqual(outcome(() => call(requiredOauth)), expected);
      assert.equal('throws' in expected, what.includes('refused'), JSON.stringify(expected));
    });
  }

  test('give the same form', () => {
    const env = environment('https://bitbucket.example');
    assert.deepEqual(requiredIndex.createEntry(env).form, importedIndex.createEntry(env).form);
  });

  test('connect and list workspaces with the same results', async (t) => {
    const { origin } = await serve(t, (request, answer) => {
      if (request.url === '/site/oauth2/access_token') {
        json(answer, 200, { access_token: 'a', token_type: 'bearer', refresh_token: 'r', scope: 'account' });
      } else {
        json(answer, 200, { values: [{ slug: 'acme', name: 'Acme' }] });
      }
    });
    for (const { createEntry } of [importedIndex, requiredIndex]) {
      const { wrapper: Wrapper } = createEntry(environment(origin));
      const tokens = await new Wrapper({}).exchangeToken({ code: 'the-code', code_verifier: 'v'.repeat(43) });
      const { refreshed_at: _when, authorized_at: _since, ...lasting } = tokens;
      assert.deepEqual(lasting, { type: 'oauth', oauth_token: 'a', refresh_token: 'r', scopes: ['account'] });
      assert.deepEqual(await new Wrapper(tokens).listWorkspaces(), { values: [{ slug: 'acme', name: 'Acme' }] });
    }
  });

  test('give the same error for a connection that fails', async (t) => {
    const { origin } = await serve(t, (_request, answer) => json(answer, 400, { error: 'unauthorized_client' }));
    for (const { createEntry, BitbucketAuthError } of [importedIndex, requiredIndex]) {
      const { wrapper: Wrapper } = createEntry(environment(origin));
      const error = await thrownBy(() => new Wrapper({}).exchangeToken({ code: 'the-code', code_verifier: 'v'.repeat(43) }));
      assert.ok(error instanceof BitbucketAuthError);
      assert.equal(error.code, 'INVALID_CLIENT');
    }
  });
});
