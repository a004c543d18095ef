/** What NocoDB calls, against the simulator and against servers that misbehave. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { BitbucketAuthError, BitbucketAuthIntegration, createEntry } from 'nocodb-bitbucket-auth';
import { createClient, missingScopes } from 'nocodb-bitbucket-auth/oauth';
import { thrownBy } from '../support/assertions.js';
import { authorizationCode, connectUser, startSimulator } from '../support/bitbucket.js';
import { environment, simulatorEnvironment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';
import { troubleLogger } from '../support/nocodb.js';

const HOUR = 3_600_000;
const PAST = '2001-02-03T04:05:06.000Z';
const FUTURE = '2101-02-03T04:05:06.000Z';

/** A simulator that ends with the test. */
async function simulator(t, options = {}) {
  const bitbucket = await startSimulator(t, options);
  return { bitbucket, Wrapper: createEntry(simulatorEnvironment(bitbucket)).wrapper };
}

/** A connection through the simulator, and what its host was told. */
async function connection(t, options, services) {
  const { bitbucket, Wrapper } = await simulator(t, options);
  const tokens = await connectUser(bitbucket, Wrapper);
  return { bitbucket, Wrapper, tokens, wrapper: new Wrapper({ ...tokens }, services) };
}

/** A wrapper for a server that answers API and token requests as told. */
async function against(t, { api = user, token = () => {} }, config, services) {
  const server = await serve(t, (request, response, body) => (
    request.url.startsWith('/2.0/') ? api(request, response, body) : token(request, response, body)
  ));
  const { wrapper: Wrapper } = createEntry(environment(server.origin));
  return { ...server, wrapper: new Wrapper(config, services) };
}

/** A promise and what settles it. */
function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const VERIFIER = 'v'.repeat(43);
const OAUTH = { type: 'oauth', oauth_token: 'the-token', refresh_token: 'the-refresh-token' };
const ACCESS_TOKEN = { type: 'api_key', token: 'the-access-token' };
const sendUser = (response) => json(response, 200, { type: 'user', nickname: 'dana' });
const user = (_request, response) => sendUser(response);
const refused = (response) => json(response, 401, { type: 'error', error: { message: 'Access token expired.' } });
const bearer = ({ headers }) => headers.authorization;

describe('exchangeToken', () => {
  const malformed = [
    ['nothing', undefined], ['null', null], ['a bare code', 'the-code'], ['no code', {}], ['an empty code', { code: '' }],
    ['a nested empty code', { code: { code: '' } }], ['a number', { code: 7 }], ['null inside', { code: null }],
  ];
  for (const [what, payload] of malformed) {
    test(`refuses ${what} without asking Bitbucket`, async (t) => {
      const { bitbucket, Wrapper } = await simulator(t);
      const error = await thrownBy(() => new Wrapper({}).exchangeToken(payload));
      assert.ok(error instanceof BitbucketAuthError);
      assert.deepEqual([error.code, error.phase, error.field], ['INVALID_ARGUMENT', 'exchange', 'code']);
      assert.deepEqual(bitbucket.requests, []);
    });
  }

  test('refuses a verifier that is none', async (t) => {
    const { Wrapper } = await simulator(t);
    const error = await thrownBy(() => new Wrapper({}).exchangeToken({ code: 'the-code', code_verifier: 7 }));
    assert.deepEqual([error.code, error.field], ['INVALID_ARGUMENT', 'codeVerifier']);
  });

  for (const backend of ['older', 'newer']) {
    test(`${backend}: an unknown code is refused`, async (t) => {
      const { Wrapper } = await simulator(t, { backend });
      const error = await thrownBy(() => new Wrapper({}).exchangeToken({ code: 'another', code_verifier: VERIFIER }));
      assert.deepEqual([error.code, error.error, error.reauthorize], ['INVALID_GRANT', 'invalid_grant', true]);
    });

    test(`${backend}: a code works once`, async (t) => {
      const { bitbucket, Wrapper } = await simulator(t, { backend });
      const grant = await authorizationCode(bitbucket);
      await new Wrapper({}).exchangeToken(grant);
      assert.equal((await thrownBy(() => new Wrapper({}).exchangeToken(grant))).code, 'INVALID_GRANT');
    });

    test(`${backend}: another verifier is refused`, async (t) => {
      const { bitbucket, Wrapper } = await simulator(t, { backend });
      const { code } = await authorizationCode(bitbucket);
      const error = await thrownBy(() => new Wrapper({}).exchangeToken({ code, code_verifier: 'x'.repeat(43) }));
      assert.equal(error.code, 'INVALID_GRANT');
    });

    test(`${backend}: a wrong secret is the administrator's to mend`, async (t) => {
      const { bitbucket } = await simulator(t, { backend });
      const { wrapper: Wrapper } = createEntry(simulatorEnvironment(bitbucket, {
        INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET: 'another',
      }));
      const error = await thrownBy(async () => new Wrapper({}).exchangeToken(await authorizationCode(bitbucket)));
      assert.deepEqual([error.code, error.status, error.reauthorize], ['INVALID_CLIENT', 400, false]);
      assert.match(error.message, /INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET/);
    });

    const shapes = {
      'config.oauth.code as object': ({ code, code_verifier: verifier }) => ({ code: { code, code_verifier: verifier } }),
      'config.oauth with code and verifier': (grant) => grant,
    };
    for (const [what, shape] of Object.entries(shapes)) {
      test(`${backend}: ${what} gives tokens in the host's shape`, async (t) => {
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

    test(`${backend}: a code without verifier, as the form of NocoDB 0.262 to 0.265 sends it, where that is allowed`, async (t) => {
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
    ['without a verifier', { code: 'the-code' }], ['with null in its place', { code: 'the-code', code_verifier: null }],
    ['without one, nested', { code: { code: 'the-code' } }],
  ]) {
    test(`refuses a code ${what}, and does not ask Bitbucket`, async (t) => {
      const { bitbucket, Wrapper } = await simulator(t);
      const error = await thrownBy(() => new Wrapper({}).exchangeToken(payload));
      assert.ok(error instanceof BitbucketAuthError);
      assert.deepEqual([error.code, error.phase, error.field], ['INVALID_ARGUMENT', 'exchange', 'codeVerifier']);
      assert.match(error.message, /NocoDB 0\.262 to 0\.265.*INTEGRATION_AUTH_BITBUCKET_CODE_VERIFIER/);
      assert.deepEqual(bitbucket.requests, []);
    });
  }

  test('in a transaction of the host\'s is one request', async (t) => {
    const { bitbucket, Wrapper } = await simulator(t);
    const grant = await authorizationCode(bitbucket);
    bitbucket.requests.length = 0;
    const tokens = await new Wrapper({}).exchangeToken({ code: grant }, {}, { isInTransaction: true });
    assert.deepEqual(Object.keys(tokens), [
      'type', 'oauth_token', 'refresh_token', 'expires_at', 'refreshed_at', 'scopes', 'authorized_at',
    ]);
    assert.equal(bitbucket.requests.length, 1, bitbucket.requests.join());
  });

  test('in a transaction of the host\'s ends after five seconds, whatever the time limit of requests is', async (t) => {
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

  test('leaves out what the answer does not say', async (t) => {
    const { wrapper } = await against(t, {
      token: (_request, response) => json(response, 200, { access_token: 'a', token_type: 'bearer', scopes: '' }),
    }, {});
    const tokens = await wrapper.exchangeToken({ code: 'the-code', code_verifier: VERIFIER });
    assert.ok(!('refresh_token' in tokens) && !('expires_at' in tokens));
    assert.ok(Object.values(tokens).every((value) => value !== undefined));
  });
});

describe('authenticate', () => {
  const unusable = [
    ['no config', undefined, 'type'],
    ['an empty config', {}, 'type'],
    ['another type', { type: 'bearer', token: 'x' }, 'type'],
    ['a type from the prototype', { type: 'constructor' }, 'type'],
    ['no access token', { type: 'api_key' }, 'token'],
    ['a blank access token', { type: 'api_key', token: ' ' }, 'token'],
    ['an access token of another type', { type: 'api_key', token: { token: 'x' } }, 'token'],
    ['an access token that fits no header', { type: 'api_key', token: 'the\nmarked-token' }, 'token'],
    ['an access token with foreign characters', { type: 'api_key', token: 'marked…token' }, 'token'],
    ['a code in the place of tokens', { type: 'oauth', oauth: { code: { code: 'marked-code' } } }, undefined, 'RECONNECT_REQUIRED'],
    ['neither OAuth token', { type: 'oauth', scopes: ['account'] }, 'oauth_token'],
    ['no API token', { type: 'basic', email: 'dana@example.com' }, 'token'],
    ['an API token without the e-mail address', { type: 'basic', token: 'marked' }, 'email'],
    ['an API token with a user\'s name', { type: 'basic', token: 'marked', email: 'dana' }, 'email'],
    ['an e-mail address with a colon', { type: 'basic', token: 'marked', email: 'dana:x@example.com' }, 'email'],
    ['an e-mail address of another type', { type: 'basic', token: 'marked', email: 7 }, 'email'],
  ];
  for (const [what, config, field, code = 'INVALID_ARGUMENT'] of unusable) {
    test(`refuses ${what}`, async () => {
      const error = await thrownBy(() => new BitbucketAuthIntegration(config).authenticate());
      assert.ok(error instanceof BitbucketAuthError);
      assert.deepEqual([error.code, error.phase, error.field], [code, 'api', field]);
      assert.doesNotMatch(inspect(error), /marked/);
    });
  }

  test('gives an Axios instance that carries the token', async (t) => {
    const { wrapper, requests } = await against(t, { api: user }, ACCESS_TOKEN);
    const client = await wrapper.authenticate();
    const { data, status } = await client.get('/repositories/acme/site/pullrequests', { params: { state: 'OPEN', page: 2 } });
    assert.deepEqual([data.nickname, status], ['dana', 200]);
    assert.equal(requests[0].url, '/2.0/repositories/acme/site/pullrequests?state=OPEN&page=2');
    assert.equal(bearer(requests[0]), 'Bearer the-access-token');
    assert.equal(requests[0].headers.accept, 'application/json, */*;q=0.8');
    assert.equal(await wrapper.authenticate(), client);
  });

  test('trims a pasted token', async (t) => {
    const config = { type: 'api_key', token: ' the-access-token\n' };
    const { wrapper, requests } = await against(t, { api: user }, config);
    await (await wrapper.authenticate()).get('/user');
    assert.equal(bearer(requests[0]), 'Bearer the-access-token');
  });

  test('sends bodies as Axios does', async (t) => {
    const { wrapper, requests } = await against(t, { api: (_request, response) => json(response, 201, {}) }, ACCESS_TOKEN);
    const client = await wrapper.authenticate();
    await client.post('/repositories/acme/site', { is_private: true });
    const form = new FormData();
    form.set('message', 'A commit');
    await client.post('/repositories/acme/site/src', form);
    await client.delete('/repositories/acme/site');
    assert.deepEqual(requests.map(({ method }) => method), ['POST', 'POST', 'DELETE']);
    assert.equal(requests[0].body, '{"is_private":true}');
    assert.match(requests[0].headers['content-type'], /^application\/json/);
    assert.match(requests[1].headers['content-type'], /^multipart\/form-data; boundary=/);
    assert.match(requests[1].body, /name="message"\r\n\r\nA commit/);
  });

  test('takes an answer without a body, and one larger than a token answer may be', async (t) => {
    const long = 'x'.repeat(3 * 1024 * 1024);
    const { wrapper } = await against(t, {
      api: (request, response) => (request.method === 'DELETE' ? response.writeHead(204).end() : json(response, 200, { long })),
    }, ACCESS_TOKEN);
    const client = await wrapper.authenticate();
    assert.equal((await client.delete('/repositories/acme/site')).status, 204);
    assert.equal((await client.get('/repositories/acme/site')).data.long.length, long.length);
  });

  test('keeps Axios\' errors, without the credential', async (t) => {
    const { wrapper } = await against(t, {
      api: (request, response) => json(response, 404, {
        type: 'error', error: { message: 'Resource not found', echo: request.headers.authorization },
      }, { 'x-echo': request.headers.authorization }),
    }, ACCESS_TOKEN);
    const client = await wrapper.authenticate();
    const error = await thrownBy(() => client.get('/repositories/acme/none'));
    assert.equal(error.isAxiosError, true);
    assert.equal(error.response.status, 404);
    assert.equal(error.response.data.error.message, 'Resource not found');
    assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /the-access-token/);
    assert.doesNotMatch(JSON.stringify(error), /the-access-token/);
  });

  test('tells a network failure as an Axios error whose cause is ours', async (t) => {
    const { wrapper } = await against(t, { api: (_request, response) => response.destroy() }, ACCESS_TOKEN);
    const client = await wrapper.authenticate();
    const error = await thrownBy(() => client.get('/user'));
    assert.equal(error.isAxiosError, true);
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.ok(error.cause instanceof BitbucketAuthError);
    assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /the-access-token/);
  });

  test('honours the caller\'s signal and time limit', async (t) => {
    const { wrapper } = await against(t, { api: () => {} }, ACCESS_TOKEN);
    const client = await wrapper.authenticate();
    const aborted = await thrownBy(() => client.get('/user', { signal: AbortSignal.timeout(50) }));
    assert.equal(aborted.code, 'ERR_CANCELED');
    const late = await thrownBy(() => client.get('/user', { timeout: 50 }));
    assert.match(late.code, /ETIMEDOUT|ECONNABORTED/);
  });

  for (const config of [{ ...OAUTH, expires_in: 7200 }, { type: 'api_key', token: 'the-token' }]) {
    test(`takes the ${config.type} config of NocoDB's own integration, and leaves it as it is`, async (t) => {
      const saved = [];
      const services = { saveConfig: (stored) => saved.push(stored) };
      const { wrapper, requests } = await against(t, {}, config, services);
      assert.equal((await wrapper.use((client) => client.get('/user'))).data.nickname, 'dana');
      assert.equal((await wrapper.testConnection()).success, true);
      assert.ok(requests.length > 1 && requests.every((request) => bearer(request) === 'Bearer the-token'));
      assert.deepEqual([wrapper.config, saved], [config, []]);
    });
  }

  test('an OAuth config with a refresh token only gets its access token first', async (t) => {
    const { bitbucket, Wrapper, tokens } = await connection(t, { backend: 'newer' });
    const { oauth_token: _lost, ...config } = tokens;
    assert.equal((await new Wrapper(config).use((client) => client.get('/user'))).status, 200);
    assert.ok(bitbucket.requests.some((line) => line.includes('grant=refresh_token')));
  });

  test('and says which variable is missing where there is no client for that', async () => {
    const { wrapper: Wrapper } = createEntry({});
    const error = await thrownBy(() => new Wrapper({ type: 'oauth', refresh_token: 'r' }).authenticate());
    assert.deepEqual([error.code, error.field], ['INVALID_CONFIG', 'INTEGRATION_AUTH_BITBUCKET_CLIENT_ID']);
  });
});

describe('an expired token', () => {
  test('is refreshed before it is used', async (t) => {
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

  test('without a refresh token is sent, and the 401 comes through', async (t) => {
    const config = { type: 'oauth', oauth_token: 'the-token', expires_at: PAST };
    const { wrapper, requests } = await against(t, { api: (_request, response) => refused(response) }, config);
    const error = await thrownBy(() => wrapper.use((client) => client.get('/user')));
    assert.equal(error.response.status, 401);
    assert.equal(requests.length, 1);
  });

  test('whose refresh fails is not sent', async (t) => {
    const { wrapper, requests } = await against(t, {
      api: user,
      token: (_request, response) => json(response, 400, { error: 'unauthorized_client' }),
    }, { ...OAUTH, expires_at: PAST });
    const error = await thrownBy(() => wrapper.authenticate());
    assert.deepEqual([error.code, error.reauthorize], ['RECONNECT_REQUIRED', true]);
    assert.ok(requests.every(({ url }) => url === '/site/oauth2/access_token'));
  });

  test('a time that is none is not believed', async (t) => {
    const { wrapper, requests } = await against(t, { api: user }, {
      ...OAUTH, expires_at: 'soon',
    });
    await (await wrapper.authenticate()).get('/user');
    assert.deepEqual(requests.map(({ url }) => url), ['/2.0/user']);
  });
});

describe('use', () => {
  test('hands on what the work throws', async (t) => {
    const { wrapper } = await against(t, { api: (_request, response) => json(response, 403, {}) }, OAUTH);
    const own = new Error('mine');
    assert.equal(await thrownBy(() => wrapper.use(() => { throw own; })), own);
    const error = await thrownBy(() => wrapper.use((client) => client.get('/user')));
    assert.equal(error.response.status, 403);
  });

  test('does not refresh an access token', async (t) => {
    const { wrapper, requests } = await against(t, { api: (_request, response) => refused(response) }, ACCESS_TOKEN);
    const error = await thrownBy(() => wrapper.use((client) => client.get('/user')));
    assert.equal(error.response.status, 401);
    assert.equal(requests.length, 1);
  });

  test('refreshes once, then gives up', async (t) => {
    let tokens = 0;
    const { wrapper, requests } = await against(t, {
      api: (_request, response) => refused(response),
      token: (_request, response) => json(response, 200, { access_token: `t${tokens += 1}`, token_type: 'bearer' }),
    }, OAUTH);
    const error = await thrownBy(() => wrapper.use((client) => client.get('/user')));
    assert.equal(error.response.status, 401);
    assert.deepEqual(requests.map(({ url }) => url), ['/2.0/user', '/site/oauth2/access_token', '/2.0/user']);
    assert.equal(wrapper.config.refresh_token, 'the-refresh-token');
  });

  test('says that the user must connect again when the refresh token is dead', async (t) => {
    const { bitbucket, wrapper } = await connection(t, { backend: 'newer' });
    bitbucket.control.revoke();
    const error = await thrownBy(() => wrapper.use((client) => client.get('/user')));
    assert.deepEqual([error.code, error.phase, error.reauthorize], ['RECONNECT_REQUIRED', 'refresh', true]);
    assert.doesNotMatch(error.message, /token expired|invalid_grant|unauthorized/i);
  });

  test('cannot refresh without a configuration, and says which variable is missing', async (t) => {
    const { origin } = await serve(t, (_request, response) => refused(response));
    const { wrapper: Wrapper } = createEntry({ INTEGRATION_AUTH_BITBUCKET_API_URL: `${origin}/2.0` });
    const error = await thrownBy(() => new Wrapper(OAUTH).use((client) => client.get('/user')));
    assert.deepEqual([error.code, error.field], ['INVALID_CONFIG', 'INTEGRATION_AUTH_BITBUCKET_CLIENT_ID']);
  });

  for (const backend of ['older', 'newer']) {
    test(`${backend}: goes on after the token has expired`, async (t) => {
      const { bitbucket, wrapper, tokens } = await connection(t, { backend });
      const updates = [];
      wrapper.setTokenRefreshCallback((update) => updates.push(update));
      bitbucket.control.advance(3 * HOUR);
      let runs = 0;
      const data = await wrapper.use(async (client) => {
        runs += 1;
        return (await client.get('/user')).data;
      });
      assert.equal(data.type, 'user');
      assert.equal(runs, 1, 'the client repeats the request by itself');
      assert.equal(updates.length, 1);
      assert.notEqual(updates[0].oauth_token, tokens.oauth_token);
      assert.equal(updates[0].refresh_token === tokens.refresh_token, backend === 'older');
      assert.ok(Object.values(updates[0]).every((value) => value !== undefined));
      assert.equal(wrapper.config.oauth_token, updates[0].oauth_token);
    });
  }

  test('shares one refresh among calls at the same time', async (t) => {
    const { bitbucket, wrapper } = await connection(t, { backend: 'newer' });
    bitbucket.control.advance(3 * HOUR);
    const answers = await Promise.all(Array.from({ length: 20 }, () => wrapper.use((client) => client.get('/user'))));
    assert.ok(answers.every(({ status }) => status === 200));
    const refreshes = bitbucket.requests.filter((line) => line.includes('/site/oauth2/access_token'));
    assert.equal(refreshes.length, 2, 'one exchange and one refresh');
  });

  test('a client obtained once carries the newest token', async (t) => {
    const { bitbucket, wrapper } = await connection(t, { backend: 'newer' });
    const client = await wrapper.authenticate();
    bitbucket.control.advance(3 * HOUR);
    await wrapper.use((each) => each.get('/user'));
    assert.equal((await client.get('/user')).status, 200);
  });

  test('hands a new pair to the host before it is used', async (t) => {
    const order = [];
    const { wrapper } = await against(t, {
      api: (request, response) => {
        order.push(bearer(request));
        if (bearer(request) === 'Bearer new-token') sendUser(response);
        else refused(response);
      },
      token: (_request, response) => json(response, 200, {
        access_token: 'new-token', token_type: 'bearer', refresh_token: 'new-refresh-token', expires_in: 60, scope: 'account',
      }),
    }, { ...OAUTH, expires_at: FUTURE, expires_in: 7200 }, { saveConfig: () => order.push('saveConfig, not asked for') });
    wrapper.setTokenRefreshCallback(async ({ oauth_token: token, refresh_token: refresh }) => {
      await new Promise((resolve) => { setImmediate(resolve); });
      order.push(`stored ${token} ${refresh}`);
    });
    await wrapper.use((client) => client.get('/user'));
    assert.deepEqual(order, ['Bearer the-token', 'stored new-token new-refresh-token', 'Bearer new-token']);
    const { expires_at: expiresAt, refreshed_at: refreshedAt, ...config } = wrapper.config;
    assert.equal(Date.parse(expiresAt) - Date.parse(refreshedAt), 60_000);
    assert.deepEqual(config, {
      type: 'oauth', oauth_token: 'new-token', refresh_token: 'new-refresh-token', scopes: ['account'],
    });
  });

  test('a code that was stored beside leaves the store by saveConfig', async (t) => {
    const calls = [];
    const { wrapper } = await against(t, {
      api: (request, response) => (bearer(request) === 'Bearer new-token' ? sendUser(response) : refused(response)),
      token: (_request, response) => json(response, 200, { access_token: 'new-token', token_type: 'bearer' }),
    }, { ...OAUTH, oauth: { code: 'the-code' } }, { saveConfig: (config) => calls.push(['saveConfig', config]) });
    wrapper.setTokenRefreshCallback((tokens) => calls.push(['callback', tokens]));
    await wrapper.use((client) => client.get('/user'));
    assert.deepEqual(calls.map(([way, { oauth_token: token, oauth }]) => [way, token, oauth]), [
      ['saveConfig', 'new-token', undefined],
    ]);
  });

  for (const [what, services, before, answer, expected] of [
    ['a time that the answer does not renew leaves the store by saveConfig', true, PAST, {}, 'saveConfig'],
    ['a time that the answer renews goes to the callback', true, PAST, { expires_in: 60 }, 'callback'],
    ['no time before and none after goes to the callback', true, undefined, {}, 'callback'],
    ['without saveConfig, the callback gets what there is', false, PAST, {}, 'callback'],
  ]) {
    test(what, async (t) => {
      const calls = [];
      const { wrapper } = await against(t, {
        api: (request, response) => (bearer(request) === 'Bearer new-token' ? sendUser(response) : refused(response)),
        token: (_request, response) => json(response, 200, { access_token: 'new-token', token_type: 'bearer', ...answer }),
      }, { ...OAUTH, scopes: ['account'], title: 'kept', ...(before && { expires_at: before }) }, {
        ...(services && { saveConfig: (config) => calls.push(['saveConfig', config]) }),
      });
      wrapper.setTokenRefreshCallback((tokens) => calls.push(['callback', tokens]));
      await wrapper.use((client) => client.get('/user'));
      assert.deepEqual(calls.map(([way]) => way), [expected]);
      const [[, stored]] = calls;
      assert.equal(stored.oauth_token, 'new-token');
      assert.equal('expires_at' in stored, 'expires_in' in answer);
      if (expected === 'saveConfig') {
        assert.deepEqual({ ...stored, refreshed_at: undefined }, {
          ...OAUTH, oauth_token: 'new-token', scopes: ['account'], title: 'kept', refreshed_at: undefined,
        });
      }
    });
  }

  test('a call that comes while the host is storing waits for it', async (t) => {
    const order = [];
    const { wrapper, origin } = await against(t, {
      api: (request, response) => {
        order.push(bearer(request));
        if (bearer(request) === 'Bearer new-token') sendUser(response);
        else refused(response);
      },
      token: (_request, response) => json(response, 200, { access_token: 'new-token', token_type: 'bearer' }),
    }, OAUTH);
    const { promise: storing, resolve: begun } = deferred();
    const { promise: stored, resolve: store } = deferred();
    wrapper.setTokenRefreshCallback(async () => {
      begun();
      await stored;
      order.push('stored');
    });
    const first = wrapper.use((client) => client.get('/user'));
    await storing;
    const second = wrapper.use((client) => client.get('/user'));
    // Whoever does not wait has sent its request by the time that a later one is over.
    await fetch(`${origin}/site/oauth2/access_token`, { method: 'POST' });
    store();
    await Promise.all([first, second]);
    assert.deepEqual(order, ['Bearer the-token', 'stored', 'Bearer new-token', 'Bearer new-token']);
  });

  for (const way of ['setTokenRefreshCallback', 'saveConfig']) {
    test(`a pair that ${way} cannot store stays in use, and the log says so`, async (t) => {
      const lines = [];
      const fail = () => { throw new Error('SQLITE_BUSY while writing the-new-token'); };
      const services = { logger: troubleLogger(lines), ...(way === 'saveConfig' && { saveConfig: fail }) };
      const { bitbucket, wrapper, tokens } = await connection(t, { backend: 'newer' }, services);
      if (way === 'setTokenRefreshCallback') wrapper.setTokenRefreshCallback(fail);
      bitbucket.control.advance(3 * HOUR);
      assert.equal((await wrapper.use((client) => client.get('/user'))).status, 200);
      assert.equal((await wrapper.use((client) => client.get('/user'))).status, 200);
      assert.equal(lines.length, 1);
      assert.match(lines[0], /could not store/);
      assert.doesNotMatch(lines[0], /the-new-token/);
      assert.notEqual(wrapper.config.refresh_token, tokens.refresh_token);
    });
  }

  test('without a logger of the host\'s, the console says so', async (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    const { bitbucket, wrapper } = await connection(t, {}, { saveConfig: async () => { throw new Error('no'); } });
    bitbucket.control.advance(3 * HOUR);
    await wrapper.use((client) => client.get('/user'));
    assert.equal(warn.mock.callCount(), 1);
  });
});

describe('refreshToken', () => {
  for (const tokens of [undefined, null, {}, { refresh_token: '' }, { refresh_token: 7 }]) {
    test(`refuses ${JSON.stringify(tokens)}`, async (t) => {
      const { Wrapper } = await simulator(t);
      const error = await thrownBy(() => new Wrapper({}).refreshToken(tokens));
      assert.deepEqual([error.code, error.phase, error.field], ['INVALID_ARGUMENT', 'refresh', 'refreshToken']);
    });
  }

  test('a refresh token that Bitbucket no longer accepts needs a new connection', async (t) => {
    const { bitbucket, wrapper, tokens } = await connection(t, { backend: 'newer' });
    bitbucket.control.revoke();
    const error = await thrownBy(() => wrapper.refreshToken(tokens));
    assert.deepEqual([error.code, error.error], ['RECONNECT_REQUIRED', 'unauthorized_client']);
  });

  test('a rotated token that comes too late leads to the tokens that it was exchanged for', async (t) => {
    const { bitbucket, Wrapper, wrapper, tokens } = await connection(t, { backend: 'newer' });
    const renewed = await wrapper.refreshToken(tokens);
    bitbucket.control.advance(HOUR);
    const asked = bitbucket.requests.length;
    for (const each of [wrapper, new Wrapper({ ...tokens }), new Wrapper({})]) {
      assert.deepEqual(await each.refreshToken(tokens), renewed);
    }
    assert.equal(bitbucket.requests.length, asked);
  });

  for (const backend of ['older', 'newer']) {
    test(`${backend}: gives the host new tokens, and takes them into use`, async (t) => {
      const { wrapper, tokens } = await connection(t, { backend });
      const renewed = await wrapper.refreshToken({ refresh_token: tokens.refresh_token }, wrapper.config);
      assert.deepEqual(Object.keys(renewed), ['oauth_token', 'refresh_token', 'expires_at', 'refreshed_at', 'scopes']);
      assert.notEqual(renewed.oauth_token, tokens.oauth_token);
      const { authorized_at, account } = tokens;
      assert.deepEqual(wrapper.config, { type: 'oauth', ...renewed, authorized_at, account });
    });
  }

  test('keeps refresh token and scopes that the answer does not repeat', async (t) => {
    const { wrapper } = await against(t, {
      token: (_request, response) => json(response, 200, { access_token: 'new-token', token_type: 'bearer' }),
    }, { ...OAUTH, scopes: ['account'], expires_at: PAST });
    const { refreshed_at: refreshedAt, ...renewed } = await wrapper.refreshToken({ refresh_token: 'the-refresh-token' });
    assert.deepEqual(renewed, { oauth_token: 'new-token', refresh_token: 'the-refresh-token', scopes: ['account'] });
    assert.ok(Date.now() - Date.parse(refreshedAt) < 10_000);
    assert.ok(!('expires_at' in wrapper.config), 'the old time does not belong to the new token');
  });

  test('leaves the connection alone when the refresh token is another\'s', async (t) => {
    const { wrapper } = await against(t, {
      token: (_request, response) => json(response, 200, { access_token: 'new-token', token_type: 'bearer' }),
    }, OAUTH);
    await wrapper.refreshToken({ refresh_token: 'another' });
    assert.deepEqual(wrapper.config, OAUTH);
  });
});

describe('listRepositories and listWorkspaces', () => {
  const malformed = [
    [undefined, 'workspace'], [{}, 'workspace'], [{ workspace: 7 }, 'workspace'], [{ workspace: '' }, 'workspace'],
    [{ workspace: '..' }, 'workspace'], [{ workspace: 'acme/../../user' }, 'workspace'],
    [{ workspace: 'acme?x=1' }, 'workspace'], [{ workspace: 'acme', page: 0 }, 'page'],
    [{ workspace: 'acme', page: '2' }, 'page'], [{ workspace: 'acme', page: 1.5 }, 'page'],
  ];
  for (const [query, field] of malformed) {
    test(`listRepositories refuses ${JSON.stringify(query)}`, async () => {
      const error = await thrownBy(() => new BitbucketAuthIntegration(ACCESS_TOKEN).listRepositories(query));
      assert.ok(error instanceof BitbucketAuthError);
      assert.deepEqual([error.code, error.phase, error.field], ['INVALID_ARGUMENT', 'api', field]);
    });
  }

  test('a workspace that is not there', async (t) => {
    const { wrapper } = await connection(t);
    const error = await thrownBy(() => wrapper.listRepositories({ workspace: 'nowhere' }));
    assert.ok(error instanceof BitbucketAuthError);
    assert.deepEqual([error.code, error.status], ['API_NOT_FOUND', 404]);
    assert.ok(!('cause' in error) && !('response' in error) && !('config' in error));
  });

  test('an answer that is no page', async (t) => {
    const { wrapper } = await against(t, { api: (_request, response) => response.end('<h1>Hello</h1>') }, ACCESS_TOKEN);
    const error = await thrownBy(() => wrapper.listWorkspaces());
    assert.deepEqual([error.code, error.field], ['RESPONSE_INVALID', 'values']);
  });

  for (const next of ['the next', 7, 'https://bitbucket.example/2.0/x', 'https://bitbucket.example/2.0/x?page=0']) {
    test(`a next that is no page of this list, ${next}, is told, and not taken for the last one`, async (t) => {
      const { wrapper } = await against(t, { api: (_request, response) => json(response, 200, { values: [], next }) }, ACCESS_TOKEN);
      const error = await thrownBy(() => wrapper.listRepositories({ workspace: 'acme' }));
      assert.deepEqual([error.code, error.field], ['RESPONSE_INVALID', 'next']);
    });
  }

  test('take the workspace of the config where none is asked for', async (t) => {
    const config = { ...ACCESS_TOKEN, workspace: ' acme ' };
    const { wrapper, requests } = await against(t, { api: (_request, response) => json(response, 200, { values: [] }) }, config);
    assert.deepEqual(await wrapper.listRepositories(), { values: [] });
    assert.deepEqual(await wrapper.listRepositories({ page: 2 }), { values: [] });
    assert.deepEqual(await wrapper.listWorkspaces(), { values: [{ slug: 'acme' }] });
    assert.deepEqual(requests.map(({ url }) => url), ['/2.0/repositories/acme', '/2.0/repositories/acme?page=2']);
  });

  test('count against the limit of the connection, as all of its requests do', async (t) => {
    // Nobody waits for an hour in a dialog: beyond the limit it is told at once.
    const server = await serve(t, (_request, response) => json(response, 200, { values: [] }));
    const { wrapper: Wrapper } = createEntry(environment(server.origin, { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '3' }));
    const configs = [{ ...OAUTH, refresh_token: 'of-this-test' }, { ...ACCESS_TOKEN, token: 'of-this-test' }];
    for (const config of configs) {
      await new Wrapper(config).listRepositories({ workspace: 'acme' });
      await new Wrapper(config).use((client) => client.get('/repositories/acme'));
      await new Wrapper(config).listRepositories({ workspace: 'acme' });
      const error = await thrownBy(() => new Wrapper(config).listRepositories({ workspace: 'acme' }));
      assert.equal(error.code, 'API_RATE_LIMITED');
      assert.ok(error.retryAfter > 0);
    }
    assert.equal(server.requests.length, 6);
  });

  test('page through the repositories of a workspace', async (t) => {
    const { wrapper } = await connection(t, { repositories: 25 });
    const names = [];
    let next;
    do {
      const page = await wrapper.listRepositories({ workspace: 'acme', ...(next && { next }) });
      names.push(...page.values.map(({ full_name: name }) => name));
      next = page.next;
      assert.ok(next === undefined || /^[\w-]+$/.test(next), next);
    } while (next);
    assert.equal(new Set(names).size, 25);
    assert.ok(names.every((name) => name.startsWith('acme/')));
  });

  test('callers that give a page go on working: a number, or what was given as next', async (t) => {
    const { wrapper } = await connection(t, { repositories: 25 });
    const names = [];
    for (let page = 1; page !== undefined;) {
      const { values, next } = await wrapper.listRepositories({ workspace: 'acme', page });
      names.push(...values.map(({ full_name: name }) => name));
      page = next;
    }
    assert.equal(new Set(names).size, 25);
    const { values } = await wrapper.listRepositories({ workspace: 'acme', page: 3 });
    assert.deepEqual(values.map(({ full_name: name }) => name), names.slice(20));
  });

  test('page through a list with cursors, and one whose next is missing', async (t) => {
    const { wrapper, requests } = await against(t, {
      api: (request, response) => {
        const { pathname, searchParams } = new URL(request.url, 'http://x');
        if (pathname.endsWith('/acme')) {
          const own = `http://${request.headers.host}${pathname}`;
          return json(response, 200, searchParams.has('ctx') ? { values: [{ full_name: 'acme/b' }] }
            : { values: [{ full_name: 'acme/a' }], next: `${own}?ctx=0f%2D` });
        }
        const page = Number(searchParams.get('page') ?? 1);
        return json(response, 200, { values: [{ workspace: { slug: `w${page}` } }], page, pagelen: 1, size: 2 });
      },
    }, ACCESS_TOKEN);
    const first = await wrapper.listRepositories({ workspace: 'acme' });
    assert.deepEqual(await wrapper.listRepositories({ workspace: 'acme', next: first.next }), { values: [{ full_name: 'acme/b' }] });
    const { next } = await wrapper.listWorkspaces();
    assert.deepEqual(await wrapper.listWorkspaces({ next }), { values: [{ slug: 'w2' }] });
    assert.deepEqual(requests.map(({ url }) => url), [
      '/2.0/repositories/acme', '/2.0/repositories/acme?ctx=0f%2D', '/2.0/user/workspaces', '/2.0/user/workspaces?page=2',
    ]);
  });

  for (const next of ['https://bitbucket.example/2.0/user', '../user', 'cGFnZQ', 7, {}, '']) {
    test(`a next of somebody else's, ${JSON.stringify(next)}, is refused before anything is sent`, async (t) => {
      const { wrapper, requests } = await against(t, {}, ACCESS_TOKEN);
      for (const list of [() => wrapper.listRepositories({ workspace: 'acme', next }), () => wrapper.listWorkspaces({ next })]) {
        const error = await thrownBy(list);
        assert.deepEqual([error.code, error.phase, error.field], ['INVALID_ARGUMENT', 'api', 'next']);
      }
      assert.deepEqual(requests, []);
    });
  }

  test('tell no more than is needed to choose one', async (t) => {
    const { wrapper } = await connection(t);
    const repositories = await wrapper.listRepositories({ workspace: 'acme' });
    const known = ['full_name', 'name', 'slug', 'uuid', 'description', 'is_private'];
    for (const value of repositories.values) assert.ok(Object.keys(value).every((name) => known.includes(name)));
    const { values } = await wrapper.listWorkspaces();
    assert.deepEqual(values.map(({ slug }) => slug), ['acme', 'acme-labs']);
    assert.ok(values.every((value) => Object.keys(value).every((name) => ['slug', 'name', 'uuid'].includes(name))));
  });
});

describe('the host\'s side', () => {
  test('the config is a copy, without what saveVars keeps', async () => {
    const stored = { ...ACCESS_TOKEN, _vars: { cursor: 1 } };
    const saved = [];
    const wrapper = new BitbucketAuthIntegration(stored, { saveConfig: (config) => saved.push(config) });
    assert.deepEqual(wrapper.config, ACCESS_TOKEN);
    assert.deepEqual(wrapper.getVars(), { cursor: 1 });
    await wrapper.saveVars({ cursor: 2 });
    assert.deepEqual(saved, [{ ...ACCESS_TOKEN, _vars: { cursor: 2 } }]);
    assert.deepEqual(wrapper.getVars(), { cursor: 2 });
    assert.deepEqual(stored._vars, { cursor: 1 });
    assert.deepEqual(new BitbucketAuthIntegration({}).getVars(), {});
  });

  test('saveVars hands on the host\'s error, and needs no host', async () => {
    const own = new Error('no');
    const wrapper = new BitbucketAuthIntegration({}, { saveConfig: () => { throw own; } });
    assert.equal(await thrownBy(() => wrapper.saveVars({})), own);
    await new BitbucketAuthIntegration({}).saveVars({ kept: true });
  });

  test('what is stored holds no code and no verifier', async () => {
    const saved = [];
    const config = { type: 'oauth', oauth: { code: { code: 'the-code', code_verifier: 'the-verifier' } } };
    await new BitbucketAuthIntegration(config, { saveConfig: (stored) => saved.push(stored) }).saveVars({});
    assert.deepEqual(saved, [{ type: 'oauth', _vars: {} }]);
  });

  test('log takes a function, a logger, and nothing', () => {
    const lines = [];
    new BitbucketAuthIntegration({}, { logger: (line) => lines.push(line) }).log('one');
    new BitbucketAuthIntegration({}, { logger: { log(line) { lines.push(line, this === undefined); } } }).log('two');
    new BitbucketAuthIntegration({}).log('three');
    new BitbucketAuthIntegration({}, null).log('four');
    assert.deepEqual(lines, ['one', 'two', false]);
  });

  test('printing a wrapper shows no credential', () => {
    const wrapper = new BitbucketAuthIntegration({ ...OAUTH, token: 'the-access-token' });
    const shown = inspect(wrapper, { depth: 20, showHidden: true }) + JSON.stringify(wrapper);
    assert.doesNotMatch(shown, /the-token|the-refresh-token|the-access-token/);
  });

  test('maskConfig hides secrets, keeps empty values, and drops the payload', () => {
    const wrapper = new BitbucketAuthIntegration();
    const config = {
      type: 'oauth', oauth_token: 'a', refresh_token: 'b', token: '', expires_at: FUTURE, scopes: ['account'],
      oauth: { code: 'the-code' }, title: 'kept',
    };
    assert.deepEqual(wrapper.maskConfig(config), {
      type: 'oauth', oauth_token: '********', refresh_token: '********', token: '', expires_at: FUTURE,
      scopes: ['account'], title: 'kept',
    });
    assert.equal(config.oauth_token, 'a');
    assert.deepEqual(wrapper.maskConfig({ ...ACCESS_TOKEN, oauth_token: null }), {
      type: 'api_key', token: '********', oauth_token: null,
    });
  });

  test('maskConfig hides every secret that a host may keep, and what saveVars keeps', () => {
    const names = ['access_token', 'bearer_token', 'password', 'client_secret', 'secret'];
    const wrapper = new BitbucketAuthIntegration();
    const config = { _vars: { cursor: 'marked' }, ...Object.fromEntries(names.map((name) => [name, 'marked'])) };
    assert.deepEqual(wrapper.maskConfig(config), Object.fromEntries(names.map((name) => [name, '********'])));
    const empty = Object.fromEntries(names.map((name) => [name, '']));
    assert.deepEqual(wrapper.maskConfig(empty), empty);
  });

  for (const nothing of [undefined, null, 'text', 7]) {
    test(`maskConfig takes ${nothing}`, () => {
      assert.deepEqual(new BitbucketAuthIntegration().maskConfig(nothing), {});
    });
  }

  test('a destroyed connection can be used again', async (t) => {
    const { wrapper } = await connection(t);
    const client = await wrapper.authenticate();
    await wrapper.destroy();
    assert.notEqual(await wrapper.authenticate(), client);
    assert.equal((await wrapper.testConnection()).success, true);
  });
});
