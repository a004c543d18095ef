/** How the wrapper exchanges a code and refreshes tokens, with the simulator and with servers that misbehave. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BitbucketAuthError, createEntry } from 'nocodb-bitbucket-auth';
import { createClient, missingScopes } from 'nocodb-bitbucket-auth/oauth';
import { thrownBy } from '../support/assertions.js';
import { authorizationCode } from '../support/bitbucket.js';
import { simulatorEnvironment } from '../support/environment.js';
import { json } from '../support/http-server.js';
import { OAUTH, against, connection, refused, simulator, user } from './integration-scene.js';

const HOUR = 3_600_000;
const PAST = '2001-02-03T04:05:06.000Z';

const VERIFIER = 'v'.repeat(43);

describe('exchangeToken', () => {
  const malformed = [
    ['undefined', undefined], ['null', null], ['a string', 'the-code'], ['an object without a code', {}],
    ['an empty code', { code: '' }],
    ['a nested empty code', { code: { code: '' } }], ['a number as the code', { code: 7 }], ['null as the code', { code: null }],
  ];
  for (const [what, payload] of malformed) {
    test(`rejects ${what}, and sends Bitbucket no request`, async (t) => {
      const { bitbucket, Wrapper } = await simulator(t);
      const error = await thrownBy(() => new Wrapper({}).exchangeToken(payload));
      assert.ok(error instanceof BitbucketAuthError);
      assert.deepEqual([error.code, error.phase, error.field], ['INVALID_ARGUMENT', 'exchange', 'code']);
      assert.deepEqual(bitbucket.requests, []);
    });
  }

  test('rejects a verifier that is not a string', async (t) => {
    const { Wrapper } = await simulator(t);
    const error = await thrownBy(() => new Wrapper({}).exchangeToken({ code: 'the-code', code_verifier: 7 }));
    assert.deepEqual([error.code, error.field], ['INVALID_ARGUMENT', 'codeVerifier']);
  });

  for (const backend of ['older', 'newer']) {
    test(`reports an unknown code (${backend} back end)`, async (t) => {
      const { Wrapper } = await simulator(t, { backend });
      const error = await thrownBy(() => new Wrapper({}).exchangeToken({ code: 'another', code_verifier: VERIFIER }));
      assert.deepEqual([error.code, error.error, error.reauthorize], ['INVALID_GRANT', 'invalid_grant', true]);
    });

    test(`accepts a code only once (${backend} back end)`, async (t) => {
      const { bitbucket, Wrapper } = await simulator(t, { backend });
      const grant = await authorizationCode(bitbucket);
      await new Wrapper({}).exchangeToken(grant);
      assert.equal((await thrownBy(() => new Wrapper({}).exchangeToken(grant))).code, 'INVALID_GRANT');
    });

    test(`reports a wrong verifier (${backend} back end)`, async (t) => {
      const { bitbucket, Wrapper } = await simulator(t, { backend });
      const { code } = await authorizationCode(bitbucket);
      const error = await thrownBy(() => new Wrapper({}).exchangeToken({ code, code_verifier: 'x'.repeat(43) }));
      assert.equal(error.code, 'INVALID_GRANT');
    });

    test(`names the variable of the secret when the secret is wrong (${backend} back end)`, async (t) => {
      const { bitbucket } = await simulator(t, { backend });
      const { wrapper: Wrapper } = createEntry(simulatorEnvironment(bitbucket, {
        INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'another',
      }));
      const error = await thrownBy(async () => new Wrapper({}).exchangeToken(await authorizationCode(bitbucket)));
      assert.deepEqual([error.code, error.status, error.reauthorize], ['INVALID_CLIENT', 400, false]);
      assert.match(error.message, /INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET/);
    });

    const shapes = {
      'an object in config.oauth.code': ({ code, code_verifier: verifier }) => ({ code: { code, code_verifier: verifier } }),
      'code and verifier in config.oauth': (grant) => grant,
    };
    for (const [what, shape] of Object.entries(shapes)) {
      test(`returns tokens in NocoDB's shape for ${what} (${backend} back end)`, async (t) => {
        const { bitbucket, Wrapper } = await simulator(t, { backend });
        const tokens = await new Wrapper({}).exchangeToken(shape(await authorizationCode(bitbucket)), {});
        assert.deepEqual(Object.keys(tokens), [
          'type', 'oauth_token', 'refresh_token', 'expires_at', 'refreshed_at', 'scopes', 'authorized_at', 'account',
        ]);
        assert.equal(tokens.authorized_at, tokens.refreshed_at);
        assert.equal(tokens.type, 'oauth');
        assert.deepEqual([tokens.account.nickname, tokens.account.displayName], ['dana', 'Dana Demo']);
        assert.match(tokens.account.uuid, /^\{[0-9a-f-]{36}\}$/);
        assert.equal(new Date(tokens.expires_at).toISOString(), tokens.expires_at);
        const left = Date.parse(tokens.expires_at) - Date.now();
        assert.ok(left > 0 && left <= 2 * HOUR, tokens.expires_at);
        assert.deepEqual(missingScopes(['repository', 'account'], tokens.scopes), []);
      });
    }

    // NocoDB 0.262 sends no verifier.
    test(`accepts a code without a verifier if CODE_VERIFIER is optional (${backend} back end)`, async (t) => {
      const { bitbucket } = await simulator(t, { backend });
      const { wrapper: Wrapper } = createEntry(simulatorEnvironment(bitbucket, {
        INTEGRATION_AUTH_BITBUCKET_CODE_VERIFIER: 'optional',
      }));
      const client = createClient({
        clientId: bitbucket.client.key,
        redirectUri: bitbucket.client.callback,
        endpoints: { authorizeUrl: bitbucket.authorizeUrl },
      });
      const callback = new URL(await bitbucket.authorize(`${client.authorizationUrl()}&state=abc`));
      const tokens = await new Wrapper({}).exchangeToken({ code: callback.searchParams.get('code') });
      assert.equal(typeof tokens.oauth_token, 'string');
    });
  }

  for (const [what, payload] of [
    ['without a verifier', { code: 'the-code' }], ['with null as its verifier', { code: 'the-code', code_verifier: null }],
    ['in an object without a verifier', { code: { code: 'the-code' } }],
  ]) {
    test(`rejects a code ${what}, and sends Bitbucket no request`, async (t) => {
      const { bitbucket, Wrapper } = await simulator(t);
      const error = await thrownBy(() => new Wrapper({}).exchangeToken(payload));
      assert.ok(error instanceof BitbucketAuthError);
      assert.deepEqual([error.code, error.phase, error.field], ['INVALID_ARGUMENT', 'exchange', 'codeVerifier']);
      assert.match(error.message, /INTEGRATION_AUTH_BITBUCKET_CODE_VERIFIER.*NocoDB 0\.262 to 0\.265/);
      assert.deepEqual(bitbucket.requests, []);
    });
  }

  test('sends only the token request inside a transaction of NocoDB, and so returns no account', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t);
    const grant = await authorizationCode(bitbucket);
    bitbucket.requests.length = 0;
    const tokens = await new Wrapper({}).exchangeToken({ code: grant }, {}, { isInTransaction: true });
    assert.deepEqual(Object.keys(tokens), [
      'type', 'oauth_token', 'refresh_token', 'expires_at', 'refreshed_at', 'scopes', 'authorized_at',
    ]);
    assert.equal(bitbucket.requests.length, 1, bitbucket.requests.join());
  });

  test('ends after five seconds inside a transaction of NocoDB, whatever the time limit of requests is', async (t) => {
    const { wrapper } = await against(t, {}, {});
    const start = performance.now();
    const error = await thrownBy(() => (
      wrapper.exchangeToken({ code: 'the-code', code_verifier: VERIFIER }, {}, { isInTransaction: true })));
    const took = performance.now() - start;
    assert.deepEqual([error.code, error.phase, error.retryable], ['REQUEST_TIMEOUT', 'exchange', true]);
    assert.match(error.message, /within 5 seconds/);
    assert.ok(error instanceof BitbucketAuthError);
    assert.ok(took >= 4_900 && took < 9_000, `${took}`);
  });

  test('leaves out members that the token response does not contain', async (t) => {
    const { wrapper } = await against(t, {
      token: (_request, response) => json(response, 200, { access_token: 'a', token_type: 'bearer', scopes: '' }),
    }, {});
    const tokens = await wrapper.exchangeToken({ code: 'the-code', code_verifier: VERIFIER });
    assert.ok(!('refresh_token' in tokens) && !('expires_at' in tokens));
    assert.ok(Object.values(tokens).every((value) => value !== undefined));
  });
});

describe('an expired token', () => {
  test('is replaced by a new token before the first request', async (t) => {
    const { bitbucket, tokens, Wrapper } = await connection(t, { backend: 'newer' });
    bitbucket.control.advance(2 * HOUR);
    const stored = [];
    const wrapper = new Wrapper({ ...tokens, expires_at: PAST, title: 'kept' }, { saveConfig: (config) => stored.push(config) });
    const { data } = await (await wrapper.authenticate()).get('/user');
    assert.equal(data.type, 'user');
    assert.equal(stored.length, 1);
    assert.equal(stored[0].title, 'kept');
    assert.notEqual(stored[0].oauth_token, tokens.oauth_token);
    assert.notEqual(stored[0].refresh_token, tokens.refresh_token);
    assert.ok(Date.parse(stored[0].expires_at) > Date.now());
    assert.deepEqual(wrapper.config, stored[0]);
  });

  test('without a refresh token is sent, and the caller gets the 401', async (t) => {
    const config = { type: 'oauth', oauth_token: 'the-token', expires_at: PAST };
    const { wrapper, requests } = await against(t, { api: (_request, response) => refused(response) }, config);
    const error = await thrownBy(() => wrapper.use((client) => client.get('/user')));
    assert.equal(error.response.status, 401);
    assert.equal(requests.length, 1);
  });

  test('is not sent when its refresh fails', async (t) => {
    const { wrapper, requests } = await against(t, {
      api: user,
      token: (_request, response) => json(response, 400, { error: 'unauthorized_client' }),
    }, { ...OAUTH, expires_at: PAST });
    const error = await thrownBy(() => wrapper.authenticate());
    assert.deepEqual([error.code, error.reauthorize], ['RECONNECT_REQUIRED', true]);
    assert.ok(requests.every(({ url }) => url === '/site/oauth2/access_token'));
  });
});

test('a token whose stored expiry time is invalid is used without a refresh', async (t) => {
  const { wrapper, requests } = await against(t, { api: user }, {
    ...OAUTH, expires_at: 'soon',
  });
  await (await wrapper.authenticate()).get('/user');
  assert.deepEqual(requests.map(({ url }) => url), ['/2.0/user']);
});

describe('refreshToken', () => {
  for (const tokens of [undefined, null, {}, { refresh_token: '' }, { refresh_token: 7 }]) {
    test(`rejects ${JSON.stringify(tokens)}`, async (t) => {
      const { Wrapper } = await simulator(t);
      const error = await thrownBy(() => new Wrapper({}).refreshToken(tokens));
      assert.deepEqual([error.code, error.phase, error.field], ['INVALID_ARGUMENT', 'refresh', 'refreshToken']);
    });
  }

  test('says that the user must connect again when Bitbucket no longer accepts the refresh token', async (t) => {
    const { bitbucket, wrapper, tokens } = await connection(t, { backend: 'newer' });
    bitbucket.control.revoke();
    const error = await thrownBy(() => wrapper.refreshToken(tokens));
    assert.deepEqual([error.code, error.error], ['RECONNECT_REQUIRED', 'unauthorized_client']);
  });

  test('returns the successor of a refresh token that was replaced earlier, without a request', async (t) => {
    const { bitbucket, Wrapper, wrapper, tokens } = await connection(t, { backend: 'newer' });
    const refreshed = await wrapper.refreshToken(tokens);
    bitbucket.control.advance(HOUR);
    const requestsBefore = bitbucket.requests.length;
    for (const each of [wrapper, new Wrapper({ ...tokens }), new Wrapper({})]) {
      assert.deepEqual(await each.refreshToken(tokens), refreshed);
    }
    assert.equal(bitbucket.requests.length, requestsBefore);
  });

  for (const backend of ['older', 'newer']) {
    test(`returns new tokens to NocoDB and uses them (${backend} back end)`, async (t) => {
      const { wrapper, tokens } = await connection(t, { backend });
      const refreshed = await wrapper.refreshToken({ refresh_token: tokens.refresh_token }, wrapper.config);
      assert.deepEqual(Object.keys(refreshed), ['oauth_token', 'refresh_token', 'expires_at', 'refreshed_at', 'scopes']);
      assert.notEqual(refreshed.oauth_token, tokens.oauth_token);
      const { authorized_at, account } = tokens;
      assert.deepEqual(wrapper.config, { type: 'oauth', ...refreshed, authorized_at, account });
    });
  }

  test('keeps the refresh token and the scopes when the response does not contain them', async (t) => {
    const { wrapper } = await against(t, {
      token: (_request, response) => json(response, 200, { access_token: 'new-token', token_type: 'bearer' }),
    }, { ...OAUTH, scopes: ['account'], expires_at: PAST });
    const { refreshed_at: refreshedAt, ...refreshed } = await wrapper.refreshToken({ refresh_token: 'the-refresh-token' });
    assert.deepEqual(refreshed, { oauth_token: 'new-token', refresh_token: 'the-refresh-token', scopes: ['account'] });
    assert.ok(Date.now() - Date.parse(refreshedAt) < 10_000);
    assert.ok(!('expires_at' in wrapper.config), 'the old expiry time does not belong to the new token');
  });

  test('does not change the connection when the refresh token belongs to another connection', async (t) => {
    const { wrapper } = await against(t, {
      token: (_request, response) => json(response, 200, { access_token: 'new-token', token_type: 'bearer' }),
    }, OAUTH);
    await wrapper.refreshToken({ refresh_token: 'another' });
    assert.deepEqual(wrapper.config, OAUTH);
  });
});
