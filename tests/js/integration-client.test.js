/** The Axios clients of the wrapper (NocoDB's object for a connection), with the simulator and with servers that misbehave. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { BitbucketAuthError, BitbucketAuthIntegration, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { json, serve } from '../support/http-server.js';
import { troubleLogger } from '../support/nocodb.js';
import { OAUTH, against, connection, refused, sendUser, user } from './integration-scene.js';

const HOUR = 3_600_000;
const PAST = '2001-02-03T04:05:06.000Z';
const FUTURE = '2101-02-03T04:05:06.000Z';

/** Returns a promise and the function that resolves it. */
function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const ACCESS_TOKEN = { type: 'api_key', token: 'the-access-token' };

const bearer = ({ headers }) => headers.authorization;

describe('authenticate', () => {
  const unusable = [
    ['a missing config', undefined, 'type'],
    ['an empty config', {}, 'type'],
    ['an unknown type', { type: 'bearer', token: 'x' }, 'type'],
    ['a type that is only a member of Object.prototype', { type: 'constructor' }, 'type'],
    ['a missing access token', { type: 'api_key' }, 'token'],
    ['a blank access token', { type: 'api_key', token: ' ' }, 'token'],
    ['an access token that is an object', { type: 'api_key', token: { token: 'x' } }, 'token'],
    ['an access token with a line break', { type: 'api_key', token: 'the\nmarked-token' }, 'token'],
    ['an access token with a non-ASCII character', { type: 'api_key', token: 'marked…token' }, 'token'],
    ['a login code instead of tokens', { type: 'oauth', oauth: { code: { code: 'marked-code' } } }, undefined, 'RECONNECT_REQUIRED'],
    ['missing OAuth tokens', { type: 'oauth', scopes: ['account'] }, 'oauth_token'],
    ['a missing API token', { type: 'basic', email: 'dana@example.com' }, 'token'],
    ['an API token without the e-mail address', { type: 'basic', token: 'marked' }, 'email'],
    ['an API token with a user name instead of the e-mail address', { type: 'basic', token: 'marked', email: 'dana' }, 'email'],
    ['an e-mail address with a colon', { type: 'basic', token: 'marked', email: 'dana:x@example.com' }, 'email'],
    ['an e-mail address that is a number', { type: 'basic', token: 'marked', email: 7 }, 'email'],
  ];
  for (const [what, config, field, code = 'INVALID_ARGUMENT'] of unusable) {
    test(`rejects ${what}`, async () => {
      const error = await thrownBy(() => new BitbucketAuthIntegration(config).authenticate());
      assert.ok(error instanceof BitbucketAuthError);
      assert.deepEqual([error.code, error.phase, error.field], [code, 'api', field]);
      assert.doesNotMatch(inspect(error), /marked/);
    });
  }

  test('returns an Axios instance that sends the token', async (t) => {
    const { wrapper, requests } = await against(t, { api: user }, ACCESS_TOKEN);
    const client = await wrapper.authenticate();
    const { data, status } = await client.get('/repositories/acme/site/pullrequests', { params: { state: 'OPEN', page: 2 } });
    assert.deepEqual([data.nickname, status], ['dana', 200]);
    assert.equal(requests[0].url, '/2.0/repositories/acme/site/pullrequests?state=OPEN&page=2');
    assert.equal(bearer(requests[0]), 'Bearer the-access-token');
    assert.equal(requests[0].headers.accept, 'application/json, */*;q=0.8');
    assert.equal(await wrapper.authenticate(), client);
  });

  test('removes white space around a pasted token', async (t) => {
    const config = { type: 'api_key', token: ' the-access-token\n' };
    const { wrapper, requests } = await against(t, { api: user }, config);
    await (await wrapper.authenticate()).get('/user');
    assert.equal(bearer(requests[0]), 'Bearer the-access-token');
  });
});

describe('the client that authenticate returns', () => {
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

  test('accepts a response without a body, and a response that is larger than a token response may be', async (t) => {
    const long = 'x'.repeat(3 * 1024 * 1024);
    const { wrapper } = await against(t, {
      api: (request, response) => (request.method === 'DELETE' ? response.writeHead(204).end() : json(response, 200, { long })),
    }, ACCESS_TOKEN);
    const client = await wrapper.authenticate();
    assert.equal((await client.delete('/repositories/acme/site')).status, 204);
    assert.equal((await client.get('/repositories/acme/site')).data.long.length, long.length);
  });

  test("throws Axios' errors, without the credential", async (t) => {
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

  test('reports a network failure as an Axios error whose cause is a BitbucketAuthError', async (t) => {
    const { wrapper } = await against(t, { api: (_request, response) => response.destroy() }, ACCESS_TOKEN);
    const client = await wrapper.authenticate();
    const error = await thrownBy(() => client.get('/user'));
    assert.equal(error.isAxiosError, true);
    assert.equal(error.code, 'REQUEST_FAILED');
    assert.ok(error.cause instanceof BitbucketAuthError);
    assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /the-access-token/);
  });

  test("ends a request at the caller's signal or time limit", async (t) => {
    const { wrapper } = await against(t, { api: () => {} }, ACCESS_TOKEN);
    const client = await wrapper.authenticate();
    const aborted = await thrownBy(() => client.get('/user', { signal: AbortSignal.timeout(50) }));
    assert.equal(aborted.code, 'ERR_CANCELED');
    const late = await thrownBy(() => client.get('/user', { timeout: 50 }));
    assert.match(late.code, /ETIMEDOUT|ECONNABORTED/);
  });
});

describe('a wrapper', () => {
  for (const config of [{ ...OAUTH, expires_in: 7200 }, { type: 'api_key', token: 'the-token' }]) {
    test(`accepts the ${config.type} config of NocoDB's own integration without changing it`, async (t) => {
      const saved = [];
      const services = { saveConfig: (stored) => saved.push(stored) };
      const { wrapper, requests } = await against(t, {}, config, services);
      assert.equal((await wrapper.use((client) => client.get('/user'))).data.nickname, 'dana');
      assert.equal((await wrapper.testConnection()).success, true);
      assert.ok(requests.length > 1 && requests.every((request) => bearer(request) === 'Bearer the-token'));
      assert.deepEqual([wrapper.config, saved], [config, []]);
    });
  }

  test('refreshes tokens before its first request when the OAuth config has only a refresh token', async (t) => {
    const { bitbucket, Wrapper, tokens } = await connection(t, { backend: 'newer' });
    const { oauth_token: _lost, ...config } = tokens;
    assert.equal((await new Wrapper(config).use((client) => client.get('/user'))).status, 200);
    assert.ok(bitbucket.requests.some((line) => line.includes('grant=refresh_token')));
  });

  test('names the missing variable when the config has only a refresh token and no OAuth client is configured', async () => {
    const { wrapper: Wrapper } = createEntry({});
    const error = await thrownBy(() => new Wrapper({ type: 'oauth', refresh_token: 'r' }).authenticate());
    assert.deepEqual([error.code, error.field], ['INVALID_CONFIG', 'INTEGRATION_AUTH_BITBUCKET_CLIENT_ID']);
  });
});

describe('use', () => {
  test('passes on the error that its callback throws', async (t) => {
    const { wrapper } = await against(t, { api: (_request, response) => json(response, 403, {}) }, OAUTH);
    const own = new Error('mine');
    assert.equal(await thrownBy(() => wrapper.use(() => { throw own; })), own);
    const error = await thrownBy(() => wrapper.use((client) => client.get('/user')));
    assert.equal(error.response.status, 403);
  });

  test('sends no token request after a 401 for an access token that a user entered', async (t) => {
    const { wrapper, requests } = await against(t, { api: (_request, response) => refused(response) }, ACCESS_TOKEN);
    const error = await thrownBy(() => wrapper.use((client) => client.get('/user')));
    assert.equal(error.response.status, 401);
    assert.equal(requests.length, 1);
  });

  test('refreshes once after a 401, and fails when the repeated request gets a 401, too', async (t) => {
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

  test('says that the user must connect again when the refresh token was revoked', async (t) => {
    const { bitbucket, wrapper } = await connection(t, { backend: 'newer' });
    bitbucket.control.revoke();
    const error = await thrownBy(() => wrapper.use((client) => client.get('/user')));
    assert.deepEqual([error.code, error.phase, error.reauthorize], ['RECONNECT_REQUIRED', 'refresh', true]);
    assert.doesNotMatch(error.message, /token expired|invalid_grant|unauthorized/i);
  });

  test('names the missing variable when tokens cannot be refreshed because no OAuth client is configured', async (t) => {
    const { origin } = await serve(t, (_request, response) => refused(response));
    const { wrapper: Wrapper } = createEntry({ INTEGRATION_AUTH_BITBUCKET_API_URL: `${origin}/2.0` });
    const error = await thrownBy(() => new Wrapper(OAUTH).use((client) => client.get('/user')));
    assert.deepEqual([error.code, error.field], ['INVALID_CONFIG', 'INTEGRATION_AUTH_BITBUCKET_CLIENT_ID']);
  });

  for (const backend of ['older', 'newer']) {
    test(`refreshes and succeeds after the token has expired (${backend} back end)`, async (t) => {
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

  test('shares one refresh between simultaneous calls', async (t) => {
    const { bitbucket, wrapper } = await connection(t, { backend: 'newer' });
    bitbucket.control.advance(3 * HOUR);
    const answers = await Promise.all(Array.from({ length: 20 }, () => wrapper.use((client) => client.get('/user'))));
    assert.ok(answers.every(({ status }) => status === 200));
    const refreshes = bitbucket.requests.filter((line) => line.includes('/site/oauth2/access_token'));
    assert.equal(refreshes.length, 2, 'the simulator got one exchange and one refresh');
  });

  test('makes a client that was created before a refresh send the new token', async (t) => {
    const { bitbucket, wrapper } = await connection(t, { backend: 'newer' });
    const client = await wrapper.authenticate();
    bitbucket.control.advance(3 * HOUR);
    await wrapper.use((each) => each.get('/user'));
    assert.equal((await client.get('/user')).status, 200);
  });

  test('passes new tokens to NocoDB before it uses them', async (t) => {
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
    }, { ...OAUTH, expires_at: FUTURE, expires_in: 7200 }, { saveConfig: () => order.push('unexpected saveConfig') });
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

  test('stores new tokens with saveConfig if the config contains a code, so that the code is removed', async (t) => {
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
    ['stores tokens with saveConfig when only the old token has an expiry time', true, PAST, {}, 'saveConfig'],
    ['stores tokens with the callback when the new token has an expiry time', true, PAST, { expires_in: 60 }, 'callback'],
    ['stores tokens with the callback when neither token has an expiry time', true, undefined, {}, 'callback'],
    ['stores tokens with the callback when NocoDB passes no saveConfig', false, PAST, {}, 'callback'],
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

  test('waits while NocoDB is storing tokens', async (t) => {
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
    // If the second call did not wait, its request would arrive before the response to the request below.
    await fetch(`${origin}/site/oauth2/access_token`, { method: 'POST' });
    store();
    await Promise.all([first, second]);
    assert.deepEqual(order, ['Bearer the-token', 'stored', 'Bearer new-token', 'Bearer new-token']);
  });

  for (const way of ['setTokenRefreshCallback', 'saveConfig']) {
    test(`keeps using tokens that ${way} cannot store, and logs the failure`, async (t) => {
      const lines = [];
      const fail = () => { throw new Error('SQLITE_BUSY while writing the-new-token'); };
      const services = { logger: troubleLogger(lines), ...(way === 'saveConfig' && { saveConfig: fail }) };
      const { bitbucket, wrapper, tokens } = await connection(t, { backend: 'newer' }, services);
      if (way === 'setTokenRefreshCallback') wrapper.setTokenRefreshCallback(fail);
      bitbucket.control.advance(3 * HOUR);
      assert.equal((await wrapper.use((client) => client.get('/user'))).status, 200);
      assert.equal((await wrapper.use((client) => client.get('/user'))).status, 200);
      assert.equal(lines.length, 1);
      assert.match(lines[0], /could not save/);
      assert.doesNotMatch(lines[0], /the-new-token/);
      assert.notEqual(wrapper.config.refresh_token, tokens.refresh_token);
    });
  }

  test('logs a failed saveConfig to the console when NocoDB passes no logger', async (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    const { bitbucket, wrapper } = await connection(t, {}, { saveConfig: async () => { throw new Error('no'); } });
    bitbucket.control.advance(3 * HOUR);
    await wrapper.use((client) => client.get('/user'));
    assert.equal(warn.mock.callCount(), 1);
  });
});
