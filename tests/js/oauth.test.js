/** `nocodb-bitbucket-auth/oauth` in Node.js: clients, authorization requests and scopes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { DEFAULT_SCOPES, OAuthClient, createClient, expandScopes, missingScopes } from 'nocodb-bitbucket-auth/oauth';
import { REDIRECT_URI } from '../support/environment.js';
import { OPTIONS, refuses, revoked } from './oauth-scene.js';

const STATE = 'c3RhdGUtdGhhdC13YXMtc2VudC10by1CaXRidWNrZXQ';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

describe('an argument object', () => {
  const misspelt = [
    ['createAuthorizationRequest', [{ extra: { prompt: 'login' } }], 'authorize', 'extra'],
    ['validateAuthorizationResponse', [`?code=c&state=${STATE}`, { state: STATE, issuer: 'i' }], 'callback', 'issuer'],
    ['buildTokenRequest', [{ code: 'c', verifier: VERIFIER }], 'exchange', 'verifier'],
    ['buildRefreshRequest', [{ refreshToken: 'r', scope: 'account' }], 'refresh', 'scope'],
    ['parseTokenResponse', [{ status: 200, grantType: 'authorization_code' }], 'exchange', 'grantType'],
  ];
  for (const [method, args, phase, field] of misspelt) {
    test(`with a misspelt member is refused by ${method}, and the message lists the known members`, () => {
      const error = refuses(() => createClient(OPTIONS)[method](...args), { code: 'INVALID_ARGUMENT', phase, field });
      assert.match(error.message, new RegExp(`: ${field} is not known; the known members are: [a-zA-Z_, ]+\\.$`));
      assert.match(error.stack.split('\n')[1], /oauth\.test\.js/);
    });

    test(`that cannot be read: the error from ${method} does not contain the text of the exception`, () => {
      const hostile = [
        revoked(), new Proxy({}, { ownKeys: () => { throw new Error('marked'); } }),
        new Proxy({}, { get: () => { throw new Error('marked'); } }),
      ];
      for (const value of hostile) {
        const error = refuses(() => createClient(OPTIONS)[method](...args.slice(0, -1), value), {
          code: 'INVALID_ARGUMENT', phase,
        });
        assert.doesNotMatch(inspect(error), /marked/);
      }
    });
  }

  test('may have an unknown member whose value is undefined or null', () => {
    const client = createClient({ ...OPTIONS, scope: undefined, proxy: null });
    assert.ok(client.createAuthorizationRequest({ extra: undefined }).url);
  });

  test('may be an object that the package returned, with all its members', () => {
    const client = createClient(OPTIONS);
    const request = client.createAuthorizationRequest();
    const callback = `${REDIRECT_URI}?code=abc&state=${request.state}`;
    const grant = { ...request, ...client.validateAuthorizationResponse(callback, request) };
    const { body } = client.buildTokenRequest(grant);
    assert.equal(new URLSearchParams(body).get('code_verifier'), request.codeVerifier);
    const tokens = { accessToken: 'a', tokenType: 'bearer', refreshToken: 'r', expiresAt: 1, scopes: ['account'] };
    assert.match(client.buildRefreshRequest(tokens).body, /refresh_token=r(&|$)/);
  });

  test('may inherit unknown members from its class', () => {
    class Settings {
      get clientId() {
        return 'the-key';
      }

      get redirectUri() {
        return REDIRECT_URI;
      }

      get database() {
        return 'other';
      }
    }
    assert.equal(createClient(new Settings()).clientId, 'the-key');
  });
});

describe('createClient', () => {
  const refused = [
    ['missing options', undefined, 'options'],
    ['options that are not an object', 'the-key', 'options'],
    ['a missing client id', { redirectUri: REDIRECT_URI }, 'clientId'],
    ['an empty client id', { ...OPTIONS, clientId: '' }, 'clientId'],
    ['a client id that is not a string', { ...OPTIONS, clientId: 7 }, 'clientId'],
    ['a client id with a control character', { ...OPTIONS, clientId: 'the\nkey' }, 'clientId'],
    ['a secret that is not a string', { ...OPTIONS, clientSecret: {} }, 'clientSecret'],
    ['a secret with a control character', { ...OPTIONS, clientSecret: 'the\0secret' }, 'clientSecret'],
    ['a missing redirect URI', { clientId: 'the-key' }, 'redirectUri'],
    ['a relative redirect URI', { ...OPTIONS, redirectUri: '/dashboard/' }, 'redirectUri'],
    ['a redirect URI with a fragment', { ...OPTIONS, redirectUri: `${REDIRECT_URI}#/` }, 'redirectUri'],
    ['a redirect URI over http', { ...OPTIONS, redirectUri: 'http://nocodb.example/dashboard/' }, 'redirectUri'],
    ['a redirect URI with another scheme', { ...OPTIONS, redirectUri: 'javascript:alert(1)' }, 'redirectUri'],
    ['scopes that are a number', { ...OPTIONS, scopes: 7 }, 'scopes'],
    ['a list of scopes with a number', { ...OPTIONS, scopes: ['account', 7] }, 'scopes'],
    ['endpoints that are not an object', { ...OPTIONS, endpoints: 'https://bitbucket.example' }, 'endpoints'],
    ['an authorize endpoint over http', { ...OPTIONS, endpoints: { authorizeUrl: 'http://b.example/a' } },
      'endpoints.authorizeUrl'],
    ['a token endpoint over http', { ...OPTIONS, endpoints: { tokenUrl: 'http://b.example/t' } }, 'endpoints.tokenUrl'],
    ['an API URL over http', { ...OPTIONS, endpoints: { apiUrl: 'http://b.example/2.0' } }, 'endpoints.apiUrl'],
    ['the member scope in place of scopes', { ...OPTIONS, scope: ['account'] }, 'scope'],
    ['a misspelt endpoint', { ...OPTIONS, endpoints: { tokenURL: 'https://b.example/t' } }, 'endpoints.tokenURL'],
    ['options with a getter that throws', { ...OPTIONS, get scopes() { throw new Error('marked'); } }, 'options'],
    ['endpoints that throw when they are read', { ...OPTIONS, endpoints: revoked() }, 'endpoints'],
    ['options that throw when they are read', revoked(), 'options'],
  ];
  for (const [what, options, field] of refused) {
    test(`refuses ${what}`, () => {
      refuses(() => createClient(options), { code: 'INVALID_ARGUMENT', phase: 'config', field, retryable: false });
    });
  }

  test('throws errors whose stack begins at the caller', () => {
    const error = refuses(() => createClient(), { code: 'INVALID_ARGUMENT' });
    assert.match(error.stack.split('\n')[1], /oauth\.test\.js/);
    assert.equal(error.name, 'BitbucketAuthError');
  });

  test('throws errors whose JSON has no stack and no absent fields', () => {
    const error = refuses(() => createClient({ ...OPTIONS, clientId: 7 }), { code: 'INVALID_ARGUMENT' });
    assert.deepEqual(JSON.parse(JSON.stringify(error)), {
      name: 'BitbucketAuthError',
      message: error.message,
      code: 'INVALID_ARGUMENT',
      phase: 'config',
      retryable: false,
      reauthorize: false,
      field: 'clientId',
    });
    assert.ok(!('status' in error) && !('error' in error) && !('cause' in error));
  });

  test('returns a client that never shows the secret', () => {
    const client = createClient(OPTIONS);
    const shown = [
      inspect(client, { showHidden: true, depth: 20, getters: true }),
      JSON.stringify(client),
      String(client),
      JSON.stringify(Object.getOwnPropertyDescriptors(client)),
    ].join('\n');
    assert.doesNotMatch(shown, /the-secret/);
    assert.ok(client instanceof OAuthClient);
  });

  test('keeps the redirect URI byte for byte', () => {
    for (const redirectUri of ['https://nocodb.example', 'https://NocoDB.example:443/a%2fb/?x=1', 'http://127.0.0.1:8080']) {
      assert.equal(createClient({ ...OPTIONS, redirectUri }).redirectUri, redirectUri);
    }
  });

  test('returns a client whose properties show its configuration', () => {
    const client = createClient(OPTIONS);
    assert.equal(client.clientId, 'the-key');
    assert.equal(client.confidential, true);
    assert.equal(createClient({ clientId: 'the-key', redirectUri: REDIRECT_URI }).confidential, false);
    assert.equal(client.authorizeUrl, 'https://bitbucket.org/site/oauth2/authorize');
    assert.equal(client.tokenUrl, 'https://bitbucket.org/site/oauth2/access_token');
    assert.equal(client.apiUrl, 'https://api.bitbucket.org/2.0');
  });

  test('uses the default scopes if the options have none', () => {
    assert.deepEqual(createClient(OPTIONS).scopes, DEFAULT_SCOPES);
    assert.deepEqual(DEFAULT_SCOPES, [
      'repository', 'repository:write', 'pullrequest', 'pullrequest:write', 'issue', 'issue:write', 'account',
    ]);
    assert.throws(() => DEFAULT_SCOPES.push('email'), TypeError);
  });

  test('uses the scopes in the options, even an empty list', () => {
    assert.deepEqual(createClient({ ...OPTIONS, scopes: ['email', 'account'] }).scopes, ['email', 'account']);
    assert.deepEqual(createClient({ ...OPTIONS, scopes: 'email account' }).scopes, ['email', 'account']);
    const none = new URL(createClient({ ...OPTIONS, scopes: [] }).authorizationUrl());
    assert.equal(none.searchParams.has('scope'), false);
  });
});

describe('an authorization request', () => {
  test('cannot have extra parameters that are not an object of strings', () => {
    const client = createClient(OPTIONS);
    for (const extraParams of ['prompt=login', 7, { prompt: 7 }, ['prompt']]) {
      refuses(() => client.createAuthorizationRequest({ extraParams }), {
        code: 'INVALID_ARGUMENT', phase: 'authorize', field: 'extraParams',
      });
    }
  });

  for (const name of ['state', 'code_challenge', 'code_challenge_method', 'client_id', 'redirect_uri', 'response_type']) {
    test(`does not let an extra parameter replace ${name}`, () => {
      const client = createClient(OPTIONS);
      refuses(() => client.createAuthorizationRequest({ extraParams: { [name]: 'mine' } }), {
        code: 'INVALID_ARGUMENT', phase: 'authorize',
      });
    });
  }

  test('has a URL to which NocoDB can append state and PKCE parameters', () => {
    const text = createClient(OPTIONS).authorizationUrl();
    const { origin, pathname, searchParams, hash } = new URL(text);
    assert.equal(origin + pathname, 'https://bitbucket.org/site/oauth2/authorize');
    assert.deepEqual(Object.fromEntries(searchParams), {
      response_type: 'code',
      client_id: 'the-key',
      redirect_uri: REDIRECT_URI,
      scope: DEFAULT_SCOPES.join(' '),
    });
    assert.equal(hash, '');
    const appended = new URL(`${text}&code_challenge=c&code_challenge_method=S256&state=s`);
    assert.equal(appended.searchParams.get('state'), 's');
  });

  test('has new random values each time, and a URL with the state and the challenge', async () => {
    const client = createClient(OPTIONS);
    const first = client.createAuthorizationRequest({ extraParams: { prompt: 'log in' } });
    const second = client.createAuthorizationRequest();
    assert.notEqual(first.state, second.state);
    assert.notEqual(first.codeVerifier, second.codeVerifier);
    assert.deepEqual(Object.keys(first).sort(), ['codeChallenge', 'codeVerifier', 'redirectUri', 'state', 'url']);
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(first.codeVerifier));
    assert.equal(first.codeChallenge, Buffer.from(digest).toString('base64url'));
    const query = new URL(first.url).searchParams;
    assert.equal(query.get('state'), first.state);
    assert.equal(query.get('code_challenge'), first.codeChallenge);
    assert.equal(query.get('code_challenge_method'), 'S256');
    assert.equal(query.get('prompt'), 'log in');
    assert.equal(first.redirectUri, REDIRECT_URI);
  });
});

describe('the scope functions', () => {
  test('refuse a value that is not a list of scopes', () => {
    refuses(() => expandScopes(7), { code: 'INVALID_ARGUMENT' });
    refuses(() => expandScopes([7]), { code: 'INVALID_ARGUMENT' });
    refuses(() => missingScopes(undefined, []), { code: 'INVALID_ARGUMENT', field: 'required' });
    refuses(() => missingScopes([], {}), { code: 'INVALID_ARGUMENT', field: 'granted' });
  });

  test('add implied scopes, and keep unknown ones', () => {
    assert.deepEqual(expandScopes(['pullrequest:write', 'mystery']).sort(), [
      'mystery', 'pullrequest', 'pullrequest:write', 'repository', 'repository:write',
    ]);
  });

  test('count implied scopes as granted', () => {
    assert.deepEqual(missingScopes(['repository', 'account'], ['pullrequest']), ['account']);
    assert.deepEqual(missingScopes(['repository'], ['project']), []);
  });
});
