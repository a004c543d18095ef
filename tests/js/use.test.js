/**
 * `use` and `client`: what NocoDB's base class promises to its callers, and that work (the function that a caller passes to
 * `use`) is repeated at most once.
 */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import axios from 'axios';
import { BitbucketAuthError, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { environment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';

const CONFIG = { type: 'oauth', oauth_token: 'token-0', refresh_token: 'refresh-token-0' };
const STATIC = { type: 'api_key', token: 'the-access-token' };

/** Numbers the connections. Each test has its own connection, because wrappers of one connection share tokens. */
let connections = 0;

/**
 * A wrapper for a server whose API accepts a token if `accepts` returns true. `tokens()` counts the token requests, and `sent()`
 * lists the credentials of the API requests.
 */
async function start(t, { config, accepts = () => true, token, answer } = {}) {
  let refreshes = 0;
  const server = await serve(t, async (request, response, body) => {
    if (request.url === '/site/oauth2/access_token') {
      refreshes += 1;
      if (token) return token(response, refreshes, body);
      return json(response, 200, {
        access_token: `token-${refreshes}`, refresh_token: `refresh-token-${connections}-${refreshes}`, token_type: 'bearer', expires_in: 7200,
      });
    }
    if (answer) return answer(request, response);
    const isGood = accepts(request.headers.authorization.replace('Bearer ', ''));
    return json(response, isGood ? 200 : 401, isGood ? { nickname: 'dana' } : { type: 'error', error: { message: 'no' } });
  });
  connections += 1;
  const { wrapper: Wrapper } = createEntry(environment(server.origin));
  const stored = [];
  const wrapper = new Wrapper(config ?? { ...CONFIG, refresh_token: `refresh-token-${connections}` });
  wrapper.setTokenRefreshCallback((each) => stored.push(each.oauth_token));
  return {
    ...server,
    stored,
    wrapper,
    tokens: () => refreshes,
    sent: () => server.requests.filter(({ url }) => url.startsWith('/2.0/')).map(({ headers }) => headers.authorization),
  };
}

/** Returns work that fails the given number of times, and the list of access tokens in the wrapper's config at each run. */
function failing(wrapper, error, times = Infinity) {
  const runs = [];
  const work = async () => {
    runs.push(wrapper.config.oauth_token ?? wrapper.config.token);
    if (runs.length <= times) throw error;
    return 'done';
  };
  return { runs, work };
}

/** Sends a request with an Axios of the caller's own. */
const requestWithOwnAxios = async (origin, authorization) => axios.get(`${origin}/2.0/user`, { headers: { authorization } });

const withStatus = (status, where) => Object.assign(new Error('Request failed'), where(status));

describe('the client of a wrapper', () => {
  test('is null before the first use and after destroy, and an Axios client in between', async (t) => {
    const { wrapper } = await start(t);
    assert.equal(wrapper.client, null);
    const used = await wrapper.use((client) => client);
    assert.equal(wrapper.client, used);
    assert.equal(wrapper.client, await wrapper.authenticate());
    assert.equal((await wrapper.client.get('/user')).data.nickname, 'dana');
    await wrapper.destroy();
    assert.equal(wrapper.client, null);
  });

  test('stays null when the config has no token', async (t) => {
    const { wrapper } = await start(t, { config: { type: 'api_key' } });
    await thrownBy(() => wrapper.use(() => {}));
    assert.equal(wrapper.client, null);
  });

  test('cannot be replaced, and is not an enumerable property', async (t) => {
    const { wrapper } = await start(t);
    const client = await wrapper.authenticate();
    assert.throws(() => { wrapper.client = null; }, TypeError);
    assert.equal(wrapper.client, client);
    assert.deepEqual([Object.keys(wrapper), JSON.stringify(wrapper)], [[], '{}']);
    assert.doesNotMatch(inspect(wrapper, { depth: 20, showHidden: true }), /token-0/);
    assert.doesNotMatch(inspect(wrapper.client, { depth: 20, showHidden: true, getters: true }), /token-0/);
  });
});

describe('use', () => {
  for (const [what, error] of [
    ['an error with the status 401 in its response', withStatus(401, (status) => ({ response: { status } }))],
    ['an error with the status 401', withStatus(401, (status) => ({ status }))],
    ['an error with the status code 401', withStatus(401, (statusCode) => ({ statusCode }))],
    ['an error with the text "token expired"', new Error('Token expired, says the API')],
    ['an error with the text "invalid_grant"', new Error('invalid_grant')],
    ['an error with the text "unauthorized"', new Error('401 Unauthorized')],
    ['an object that is not an Error', { message: 'unauthorized' }],
  ]) {
    test(`runs work again once after the work throws ${what}`, async (t) => {
      const { wrapper, tokens, stored } = await start(t);
      const { runs, work } = failing(wrapper, error, 1);
      assert.equal(await wrapper.use(work), 'done');
      assert.deepEqual([runs, tokens(), stored], [['token-0', 'token-1'], 1, ['token-1']]);
    });
  }

  test("runs work again after the work's own request, with the token from the config, gets a 401", async (t) => {
    const { origin, wrapper, tokens } = await start(t, { accepts: (token) => token === 'token-1' });
    const work = () => requestWithOwnAxios(origin, `Bearer ${wrapper.config.oauth_token}`);
    const { data } = await wrapper.use(work);
    assert.deepEqual([data.nickname, tokens()], ['dana', 1]);
  });

  test('does not run work a third time', async (t) => {
    const { wrapper, tokens } = await start(t);
    const error = new Error('unauthorized');
    const { runs, work } = failing(wrapper, error);
    assert.equal(await thrownBy(() => wrapper.use(work)), error);
    assert.deepEqual([runs, tokens()], [['token-0', 'token-1'], 1]);
  });

  test('does not refresh or run work again in later calls if newer tokens did not help', async (t) => {
    const { wrapper, tokens } = await start(t);
    const { runs, work } = failing(wrapper, new Error('unauthorized'));
    for (let call = 0; call < 5; call += 1) await thrownBy(() => wrapper.use(work));
    assert.deepEqual([runs, tokens()], [['token-0', 'token-1', 'token-1', 'token-1', 'token-1', 'token-1'], 1]);
  });

  test('runs work again without another refresh if the tokens were refreshed while the work ran', async (t) => {
    const { wrapper, tokens } = await start(t, { accepts: (token) => token !== 'token-0' });
    let runs = 0;
    await wrapper.use(async (client) => {
      const { oauth_token: token } = wrapper.config;
      runs += 1;
      await client.get('/user');
      if (token === 'token-0') throw new Error('unauthorized');
    });
    assert.deepEqual([runs, tokens()], [2, 1]);
  });

  test('does not run work again when the tokens cannot be refreshed, and keeps the access token in use', async (t) => {
    const { wrapper, sent } = await start(t, { token: (response) => json(response, 503, {}) });
    const { runs, work } = failing(wrapper, new Error('unauthorized'));
    const error = await thrownBy(() => wrapper.use(work));
    assert.ok(error instanceof BitbucketAuthError, String(error));
    assert.equal(error.phase, 'refresh');
    assert.deepEqual(runs, ['token-0']);
    assert.equal((await wrapper.use((client) => client.get('/user'))).status, 200);
    assert.deepEqual(sent(), ['Bearer token-0']);
  });

  test('reports RECONNECT_REQUIRED instead of running work again when Bitbucket rejects the refresh token', async (t) => {
    const { wrapper } = await start(t, { token: (response) => json(response, 400, { error: 'unauthorized_client' }) });
    const { runs, work } = failing(wrapper, new Error('invalid_grant'));
    const error = await thrownBy(() => wrapper.use(work));
    assert.deepEqual([error.code, error.reauthorize, runs], ['RECONNECT_REQUIRED', true, ['token-0']]);
  });

  test('sends one token request for simultaneous calls whose work fails', async (t) => {
    const { wrapper, tokens } = await start(t);
    const works = Array.from({ length: 10 }, () => failing(wrapper, new Error('unauthorized'), 1));
    await Promise.all(works.map(({ work }) => wrapper.use(work)));
    assert.ok(works.every(({ runs }) => runs.length === 2 && runs[1] === 'token-1'));
    assert.equal(tokens(), 1);
  });

  test('runs work again after a refresh if the client could not repeat a request whose body was a stream', async (t) => {
    const { wrapper, tokens, sent } = await start(t, { accepts: (token) => token === 'token-1' });
    let runs = 0;
    const { status } = await wrapper.use((client) => {
      runs += 1;
      return client.post('/repositories/acme/site/src', Readable.from(['x']));
    });
    assert.deepEqual([status, runs, tokens(), sent()], [200, 2, 1, ['Bearer token-0', 'Bearer token-1']]);
  });
});

describe('use does not run work again', () => {
  for (const [what, error] of [
    ['an error that does not mention a token', new Error('no')],
    ['an error with the status 403', withStatus(403, (status) => ({ response: { status } }))],
    ['an error with the status 403 and the text "unauthorized"', Object.assign(new Error('Unauthorized'), { status: 403 })],
    ['an error with the status 500', withStatus(500, (status) => ({ response: { status } }))],
    ['undefined', undefined],
    ['a string', 'unauthorized'],
  ]) {
    test(`after the work throws ${what}`, async (t) => {
      const { wrapper, tokens } = await start(t);
      const { runs, work } = failing(wrapper, error);
      assert.equal(await thrownBy(() => wrapper.use(work)), error);
      assert.deepEqual([runs.length, tokens()], [1, 0]);
    });
  }

  for (const [what, wrapped] of [
    ['unchanged', (error) => error],
    ['as the cause of another error', (error) => new Error('Sync failed: Unauthorized', { cause: error })],
    [
      'as the cause of a cause',
      (error) => new Error('unauthorized', { cause: new Error('failed', { cause: error }) }),
    ],
  ]) {
    test(`after the client has already refreshed the tokens for a 401, and the work throws this error ${what}`, async (t) => {
      const { wrapper, tokens, sent } = await start(t, { accepts: () => false });
      let runs = 0;
      const error = await thrownBy(() => wrapper.use(async (client) => {
        runs += 1;
        try {
          await client.get('/user');
        } catch (each) {
          throw wrapped(each);
        }
      }));
      assert.ok(error instanceof Error);
      assert.deepEqual([runs, tokens(), sent()], [1, 1, ['Bearer token-0', 'Bearer token-1']]);
    });
  }

  test('after a 401 to a request of a client that the work created from the given client', async (t) => {
    const { wrapper, tokens } = await start(t, { accepts: () => false });
    let runs = 0;
    await thrownBy(() => wrapper.use((client) => {
      runs += 1;
      return client.create({}).get('/user');
    }));
    assert.deepEqual([runs, tokens()], [1, 1]);
  });

  for (const error of [new Error('unauthorized'), withStatus(401, (status) => ({ response: { status } }))]) {
    const what = error.response ? 'a 401' : 'an error with the text "unauthorized"';
    test(`after ${what} if the credential cannot be refreshed`, async (t) => {
      const { wrapper, tokens } = await start(t, { config: STATIC });
      const { runs, work } = failing(wrapper, error);
      assert.equal(await thrownBy(() => wrapper.use(work)), error);
      assert.deepEqual([runs.length, tokens()], [1, 0]);
    });
  }

  test('after the work throws an error that is its own cause', async (t) => {
    const { wrapper, tokens } = await start(t);
    const error = new Error('no');
    error.cause = error;
    assert.equal(await thrownBy(() => wrapper.use(failing(wrapper, error).work)), error);
    assert.equal(tokens(), 0);
  });
});
