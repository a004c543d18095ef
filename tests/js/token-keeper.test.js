/**
 * How the wrappers of one connection in one process share tokens and refreshes, with the simulator and with faulty servers. A
 * wrapper is the package's object that NocoDB creates for each call.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { connectUser, startSimulator } from '../support/bitbucket.js';
import { environment, simulatorEnvironment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';
import { troubleLogger } from '../support/nocodb.js';
import { startRedis } from '../support/redis.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const { createEntry: createRequiredEntry } = createRequire(import.meta.url)('nocodb-bitbucket-auth');

/** A time in the format of a config. */
const inFuture = (ms) => new Date(Date.now() + ms).toISOString();

/** Connects a user to the simulator. `config` has the tokens as NocoDB would store them. */
async function connection(t, options) {
  const bitbucket = await startSimulator(t, { backend: 'newer', ...options });
  const env = simulatorEnvironment(bitbucket);
  const { wrapper: Wrapper } = createEntry(env);
  const config = await connectUser(bitbucket, Wrapper);
  const refreshes = () => bitbucket.requests.filter((line) => line.includes('/site/oauth2/access_token')).length - 1;
  return { bitbucket, env, Wrapper, config, refreshes };
}

/** A wrapper whose new tokens are stored in `row`, a plain object. */
function stored(Wrapper, config, row = { ...config }) {
  const wrapper = new Wrapper({ ...config });
  wrapper.setTokenRefreshCallback((tokens) => Object.assign(row, tokens));
  return { wrapper, row };
}

const user = (wrapper) => wrapper.use((client) => client.get('/user'));

/** Starts a mock of Bitbucket. `api` returns the API's status for an access token. `token` responds to the n-th token request. */
async function mockBitbucket(t, { api = () => 200, token }, more) {
  const seen = { api: [], token: 0 };
  const server = await serve(t, (request, response, body) => {
    if (request.url.startsWith('/2.0/')) {
      const bearer = request.headers.authorization.replace('Bearer ', '');
      const status = api(bearer, request);
      seen.api.push([bearer, status, body]);
      return json(response, status, { type: status === 200 ? 'user' : 'error' });
    }
    seen.token += 1;
    return token(response, seen.token);
  });
  const { wrapper: Wrapper } = createEntry(environment(server.origin, more));
  return { Wrapper, seen, origin: server.origin };
}

const sendTokens = (response, n, more) => json(response, 200, {
  access_token: `access-${n}`, refresh_token: `refresh-${n}`, token_type: 'bearer', expires_in: 7200, ...more,
});

const OAUTH = { type: 'oauth', oauth_token: 'access-0', refresh_token: 'refresh-0' };

describe('many wrappers of one connection', () => {
  test('share one refresh, and the row of each wrapper gets the new tokens', async (t) => {
    const { bitbucket, Wrapper, config, refreshes } = await connection(t);
    const wrappers = Array.from({ length: 20 }, () => stored(Wrapper, config));
    bitbucket.control.advance(3 * HOUR);
    const answers = await Promise.all(wrappers.map(({ wrapper }) => user(wrapper)));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(refreshes(), 1);
    assert.equal(new Set(wrappers.map(({ row }) => row.refresh_token)).size, 1);
    assert.notEqual(wrappers[0].row.refresh_token, config.refresh_token);
  });

  test('that were created from an old config find the newest tokens, and store these tokens in their rows', async (t) => {
    const { bitbucket, Wrapper, config, refreshes } = await connection(t);
    const { wrapper } = stored(Wrapper, config);
    for (let n = 0; n < 5; n += 1) {
      bitbucket.control.advance(3 * HOUR);
      await user(wrapper);
    }
    assert.equal(refreshes(), 5);
    const late = stored(Wrapper, config);
    assert.equal((await user(late.wrapper)).status, 200);
    assert.equal(refreshes(), 5);
    assert.equal(late.row.refresh_token, wrapper.config.refresh_token);
    assert.deepEqual(late.wrapper.config, wrapper.config);
  });

  test('that were created from an old config save the newest tokens when saveVars is called', async (t) => {
    const { bitbucket, Wrapper, config } = await connection(t);
    const saved = [];
    const old = new Wrapper({ ...config }, { saveConfig: (each) => saved.push(each) });
    const { wrapper } = stored(Wrapper, config);
    bitbucket.control.advance(3 * HOUR);
    await user(wrapper);
    await old.saveVars({ cursor: 7 });
    assert.equal(saved.length, 1);
    assert.ok(saved[0].refresh_token === wrapper.config.refresh_token);
    assert.ok(saved[0].oauth_token === wrapper.config.oauth_token);
    assert.deepEqual([saved[0]._vars, old.getVars()], [{ cursor: 7 }, { cursor: 7 }]);
  });

  test('share one refresh when they are loaded by `import` and by `require`', async (t) => {
    const { bitbucket, env, Wrapper, config, refreshes } = await connection(t);
    const { wrapper: Required } = createRequiredEntry(env);
    bitbucket.control.advance(3 * HOUR);
    const answers = await Promise.all([Wrapper, Required, Wrapper, Required].map((each) => user(new each({ ...config }))));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(refreshes(), 1);
  });

  test('share one refresh through one Redis at two URLs', async (t) => {
    const redis = await startRedis(t);
    const { bitbucket, env, config, refreshes } = await connection(t);
    const wrappers = [redis.url, redis.url.replace('127.0.0.1', 'localhost')].map((url) => {
      const { wrapper: Wrapper } = createEntry({ ...env, INTEGRATION_AUTH_BITBUCKET_REDIS_URL: url });
      return new Wrapper({ ...config });
    });
    bitbucket.control.advance(3 * HOUR);
    for (const wrapper of wrappers) assert.equal((await user(wrapper)).status, 200);
    assert.equal(refreshes(), 1);
  });

  test('use the newest access token of several configs with the same refresh token', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { token: (response) => json(response, 500, {}) });
    await user(new Wrapper({ ...OAUTH, expires_at: inFuture(HOUR) }));
    await user(new Wrapper({ ...OAUTH, oauth_token: 'newer', expires_at: inFuture(2 * HOUR) }));
    const { wrapper, row } = stored(Wrapper, { ...OAUTH, oauth_token: 'older', expires_at: inFuture(MINUTE * 30) });
    await user(wrapper);
    assert.deepEqual(seen.api.map(([bearer]) => bearer), ['access-0', 'newer', 'newer']);
    assert.equal(row.oauth_token, 'newer');
  });
});

test('wrappers of two OAuth clients never share tokens, even if their refresh tokens are the same', async (t) => {
  const one = await mockBitbucket(t, { api: (bearer) => (bearer === 'access-0' ? 401 : 200), token: sendTokens });
  const other = await mockBitbucket(t, { api: (bearer) => (bearer === 'access-0' ? 401 : 200), token: sendTokens });
  await Promise.all([user(new one.Wrapper(OAUTH)), user(new other.Wrapper(OAUTH))]);
  assert.deepEqual([one.seen.token, other.seen.token], [1, 1]);
});

describe('a token set', () => {
  test('is refreshed shortly before it expires, and not earlier', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { token: sendTokens });
    const at = (refreshed, expires) => ({ refreshed_at: inFuture(refreshed), expires_at: inFuture(expires) });
    const used = async (name, times) => {
      await user(new Wrapper({ ...OAUTH, refresh_token: name, ...times }));
      return seen.token;
    };
    assert.equal(await used('early', at(-114 * MINUTE, 6 * MINUTE)), 0, 'more than five minutes of two hours are left');
    assert.equal(await used('due', at(-116 * MINUTE, 4 * MINUTE)), 1, 'less than five minutes are left');
    assert.equal(await used('short-early', at(-8 * MINUTE, 2 * MINUTE)), 1, 'more than a tenth of ten minutes is left');
    assert.equal(await used('short-due', at(-9.5 * MINUTE, 0.5 * MINUTE)), 2, 'less than a tenth of ten minutes is left');
  });

  test('that has not expired stays in use without delay while Bitbucket cannot refresh it', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { token: (response) => json(response, 503, {}) });
    const wrapper = new Wrapper({ ...OAUTH, refreshed_at: inFuture(-HOUR), expires_at: inFuture(MINUTE) });
    for (let n = 0; n < 10; n += 1) assert.equal((await user(wrapper)).status, 200);
    assert.ok(seen.token <= 2, `${seen.token} token requests`);
  });

  test('without a usable access token is refreshed', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { token: sendTokens });
    await user(new Wrapper({ type: 'oauth', refresh_token: 'refresh-0' }));
    await user(new Wrapper({ type: 'oauth', refresh_token: 'another', oauth_token: ' \n ' }));
    assert.deepEqual(seen.api.map(([bearer]) => bearer), ['access-1', 'access-2']);
  });

  test('is refreshed by renewIdle only if its last refresh was 60 days ago or is unknown', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { token: sendTokens });
    const idle = (refresh, refreshed) => new Wrapper({
      ...OAUTH, refresh_token: refresh, ...(refreshed && { refreshed_at: inFuture(refreshed) }),
    }).renewIdle();
    assert.deepEqual(await idle('recent', -59 * DAY), { renewed: false });
    assert.deepEqual(await idle('idle', -61 * DAY), { renewed: true });
    assert.deepEqual(await idle('unknown'), { renewed: true });
    assert.deepEqual(await new Wrapper({ type: 'api_key', token: 'x' }).renewIdle(), { renewed: false });
    assert.equal(seen.token, 2);
  });

  test('is refreshed at its next use if its last refresh was 60 days ago', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { token: sendTokens });
    await user(new Wrapper({ ...OAUTH, refreshed_at: inFuture(-61 * DAY), expires_at: inFuture(DAY) }));
    assert.deepEqual([seen.token, seen.api[0][0]], [1, 'access-1']);
  });
});

describe('a response of the API', () => {
  test('with 403 never causes a refresh', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { api: () => 403, token: sendTokens });
    const wrapper = new Wrapper(OAUTH);
    for (let n = 0; n < 3; n += 1) assert.equal((await thrownBy(() => user(wrapper))).response.status, 403);
    assert.equal(seen.token, 0);
  });

  test('with 401 for every token causes only one refresh', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, {
      api: (_bearer, { url }) => (url === '/2.0/closed' ? 401 : 200), token: sendTokens,
    });
    const wrapper = new Wrapper(OAUTH);
    for (let n = 0; n < 5; n += 1) {
      const error = await thrownBy(() => wrapper.use((client) => client.get('/closed')));
      assert.equal(error.response.status, 401);
      assert.equal((await user(wrapper)).status, 200);
    }
    assert.equal(seen.token, 1);
  });

  test('with 401 causes the request to be repeated with its body', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { api: (bearer) => (bearer === 'access-0' ? 401 : 200), token: sendTokens });
    let runs = 0;
    await new Wrapper(OAUTH).use((client) => {
      runs += 1;
      return client.post('/things', { name: 'x' });
    });
    assert.deepEqual(seen.api, [['access-0', 401, '{"name":"x"}'], ['access-1', 200, '{"name":"x"}']]);
    assert.equal(runs, 1);
  });

  test('with 401 causes `use` to call its function again if the body of the request was a stream', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { api: (bearer) => (bearer === 'access-0' ? 401 : 200), token: sendTokens });
    let runs = 0;
    await new Wrapper(OAUTH).use((client) => {
      runs += 1;
      return client.post('/things', Readable.from([Buffer.from('a'), Buffer.from('b')]));
    });
    assert.deepEqual(seen.api, [['access-0', 401, 'ab'], ['access-1', 200, 'ab']]);
    assert.equal(runs, 2);
  });

  test('with 401 does not delay a request that is aborted during the refresh', async (t) => {
    let answerToken;
    const asked = new Promise((resolve) => { answerToken = resolve; });
    const { Wrapper, seen } = await mockBitbucket(t, {
      api: (bearer) => (bearer === 'access-0' ? 401 : 200),
      token: (response, n) => answerToken(() => sendTokens(response, n)),
    });
    const wrapper = new Wrapper(OAUTH);
    const controller = new AbortController();
    const cancelled = thrownBy(() => wrapper.use((client) => client.get('/user', { signal: controller.signal })));
    const patient = user(wrapper);
    const answer = await asked;
    controller.abort();
    assert.equal((await cancelled).code, 'ERR_CANCELED');
    answer();
    assert.equal((await patient).status, 200);
    assert.equal(seen.token, 1);
  });
});

describe('a fault of the token endpoint', () => {
  test('that loses a response is followed by another token request while Bitbucket still accepts the old token', async (t) => {
    const { bitbucket, Wrapper, config, refreshes } = await connection(t);
    bitbucket.control.advance(3 * HOUR);
    bitbucket.control.fault({ target: 'token', kind: 'drop-after' });
    bitbucket.control.fault({ target: 'token', kind: 'truncate' });
    bitbucket.control.fault({ target: 'token', kind: 'status', status: 502 });
    const { wrapper, row } = stored(Wrapper, config);
    assert.equal((await user(wrapper)).status, 200);
    assert.equal(refreshes(), 4);
    assert.equal((await user(new Wrapper({ ...row }))).status, 200);
  });

  for (const [when, earlier] of [['', 0], [', and if timers run early', 30]]) {
    test(`that loses a response is followed by another token request even if no caller uses the connection${when}`, async (t) => {
      const { setTimeout: exact } = globalThis;
      t.mock.method(globalThis, 'setTimeout', (call, ms, ...rest) => exact(call, Math.max(0, ms - earlier), ...rest));
      const { bitbucket, Wrapper, config, refreshes } = await connection(t);
      const due = { ...config, refreshed_at: inFuture(-HOUR), expires_at: inFuture(MINUTE) };
      bitbucket.control.fault({ target: 'token', kind: 'drop-after' });
      const { wrapper, row } = stored(Wrapper, due);
      assert.equal((await user(wrapper)).status, 200);
      assert.equal(refreshes(), 1);
      assert.ok(row.refresh_token === config.refresh_token);
      const patience = Date.now() + 5000;
      while (row.refresh_token === config.refresh_token && Date.now() < patience) {
        await new Promise((resolve) => { setTimeout(resolve, 20); });
      }
      assert.ok(row.refresh_token !== config.refresh_token, 'the new tokens were requested again and stored');
      assert.equal(refreshes(), 2);
    });
  }

  test('with Retry-After delays the next token request for that time', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, {
      api: (bearer) => (bearer === 'access-0' ? 401 : 200),
      token: (response, n) => {
        if (n > 1) return sendTokens(response, n);
        response.setHeader('retry-after', '2');
        return json(response, 429, {});
      },
    });
    const begun = Date.now();
    assert.equal((await user(new Wrapper(OAUTH))).status, 200);
    assert.ok(Date.now() - begun >= 2000);
    assert.equal(seen.token, 2);
  });

  test('with a Retry-After of more than a minute makes each call fail immediately, without another token request', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, {
      api: (bearer) => (bearer === 'access-0' ? 401 : 200),
      token: (response) => {
        response.setHeader('retry-after', '120');
        return json(response, 429, {});
      },
    });
    const wrapper = new Wrapper(OAUTH);
    for (let n = 0; n < 3; n += 1) {
      const error = await thrownBy(() => user(wrapper));
      assert.deepEqual([error.code, error.status], ['UNEXPECTED_STATUS', 429]);
      assert.ok(error.retryAfter > 60_000 && error.retryAfter <= 120_000, String(error.retryAfter));
    }
    assert.equal(seen.token, 1);
  });

  for (const [status, body] of [[503, {}], [429, {}], [400, { error: 'temporarily_unavailable' }]]) {
    test(`with status ${status} and a Retry-After of a day delays the next token request by two minutes`, async (t) => {
      const { Wrapper, seen } = await mockBitbucket(t, {
        api: (bearer) => (bearer === 'access-0' ? 401 : 200),
        token: (response, n) => {
          if (n > 1) return sendTokens(response, n);
          response.setHeader('retry-after', '86400');
          return json(response, status, body);
        },
      });
      const wrapper = new Wrapper({ ...OAUTH, refresh_token: `refused-${status}` });
      const begun = Date.now();
      const first = await thrownBy(() => user(wrapper));
      assert.ok(first.retryAfter > 60_000 && first.retryAfter <= 120_000, String(first.retryAfter));
      t.mock.timers.enable({ apis: ['Date'], now: begun + 90_000 });
      const later = await thrownBy(() => user(wrapper));
      assert.deepEqual([later.code, later.status], [first.code, status]);
      assert.ok(later.retryAfter > 0 && later.retryAfter <= first.retryAfter - 60_000, String(later.retryAfter));
      assert.equal(seen.token, 1);
      t.mock.timers.setTime(begun + 200_000);
      assert.equal((await user(wrapper)).status, 200);
      assert.equal(seen.token, 2);
    });
  }
});

describe('a callback that fails to store the new tokens', () => {
  test('is called again while the new tokens are in use', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { api: (bearer) => (bearer === 'access-0' ? 401 : 200), token: sendTokens });
    const lines = [];
    const row = {};
    let failures = 0;
    const wrapper = new Wrapper(OAUTH, { logger: troubleLogger(lines) });
    wrapper.setTokenRefreshCallback((tokens) => {
      failures += 1;
      if (failures <= 5) throw new Error(`SQLITE_BUSY while writing ${tokens.refresh_token}`);
      Object.assign(row, tokens);
    });
    assert.equal((await user(wrapper)).status, 200);
    assert.equal(failures, 3, 'three attempts to store the new tokens before they are used');
    assert.equal(lines.length, 1);
    assert.match(lines[0], /could not save/);
    assert.doesNotMatch(lines[0], /refresh-1|SQLITE/);

    assert.equal((await user(wrapper)).status, 200);
    assert.equal(failures, 5, 'the second call makes two more attempts to store the new tokens');
    assert.equal(lines.length, 1, 'the log has only one line about these tokens');
    assert.deepEqual(row, {});

    assert.equal((await user(wrapper)).status, 200);
    assert.equal(row.refresh_token, 'refresh-1');
    assert.equal(seen.token, 1);
  });

  test('causes no log line if the second attempt succeeds', async (t) => {
    const { Wrapper } = await mockBitbucket(t, { api: (bearer) => (bearer === 'access-0' ? 401 : 200), token: sendTokens });
    const lines = [];
    let tries = 0;
    const wrapper = new Wrapper(OAUTH, { logger: troubleLogger(lines) });
    wrapper.setTokenRefreshCallback(() => {
      tries += 1;
      if (tries === 1) throw new Error('no');
    });
    await user(wrapper);
    await user(wrapper);
    assert.deepEqual([tries, lines.length], [2, 0]);
  });
});

describe('a connection whose refresh token Bitbucket rejects', () => {
  const rejectToken = (response) => json(response, 400, {
    error: 'unauthorized_client', error_description: 'Invalid OAuth client credentials',
  });

  test('causes two token requests, and then none until its config changes', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { api: () => 401, token: rejectToken });
    const wrapper = new Wrapper(OAUTH);
    for (let n = 0; n < 5; n += 1) {
      for (const each of [wrapper, new Wrapper(OAUTH)]) {
        const error = await thrownBy(() => user(each));
        assert.deepEqual([error.code, error.phase, error.reauthorize], ['RECONNECT_REQUIRED', 'refresh', true]);
      }
    }
    assert.equal((await thrownBy(() => wrapper.refreshToken(OAUTH))).code, 'RECONNECT_REQUIRED');
    assert.equal(seen.token, 2);
    const apiRequests = seen.api.length;
    await thrownBy(() => user(wrapper));
    assert.equal(seen.api.length, apiRequests, 'the API gets no request either');
  });

  test('causes another token request when its config changes', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, {
      api: (bearer) => (bearer === 'works' ? 200 : 401), token: rejectToken,
    });
    const changed = (token, hours) => user(new Wrapper({ ...OAUTH, oauth_token: token, expires_at: inFuture(hours * HOUR) }));
    await thrownBy(() => user(new Wrapper(OAUTH)));
    assert.equal(seen.token, 2);
    await thrownBy(() => changed('pasted', 1));
    assert.equal(seen.token, 3, 'one token request for the first change');
    assert.equal((await changed('works', 2)).status, 200);
    assert.equal(seen.token, 3);
    assert.equal((await thrownBy(() => changed('pasted-again', 3))).code, 'RECONNECT_REQUIRED');
    assert.equal(seen.token, 4, 'one token request for the third change');
  });

  test('gets new tokens after a lockout, in which Bitbucket rejects even valid tokens', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, {
      api: (bearer) => (bearer === 'access-0' ? 401 : 200),
      token: (response, n) => (n === 1 ? rejectToken(response) : sendTokens(response, n)),
    });
    assert.equal((await user(new Wrapper(OAUTH))).status, 200);
    assert.equal(seen.token, 2);
  });

  test('uses its access token as long as the API accepts it', async (t) => {
    const { Wrapper, seen } = await mockBitbucket(t, { token: rejectToken }, { INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS: '0' });
    const wrapper = new Wrapper({ ...OAUTH, refreshed_at: inFuture(-HOUR), expires_at: inFuture(MINUTE) });
    for (let n = 0; n < 5; n += 1) assert.equal((await user(wrapper)).status, 200);
    assert.equal(seen.token, 2);
  });
});

test('300 simultaneous refreshes send at most 20 token requests at once, and all refreshes get tokens', async (t) => {
  let atOnce = 0;
  let most = 0;
  const { Wrapper, seen } = await mockBitbucket(t, {
    token: async (response, n) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => { setTimeout(resolve, 5); });
      atOnce -= 1;
      sendTokens(response, n);
      await once(response, 'finish');
    },
  });
  const rows = await Promise.all(Array.from({ length: 300 }, async (_, n) => {
    const { wrapper, row } = stored(Wrapper, { type: 'oauth', refresh_token: `of-${n}` });
    await wrapper.authenticate();
    return row;
  }));
  assert.equal(seen.token, 300);
  assert.equal(new Set(rows.map(({ refresh_token: token }) => token)).size, 300);
  assert.ok(most > 4 && most <= 20, `${most} at once`);
});
