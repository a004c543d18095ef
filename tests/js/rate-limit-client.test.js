/** The rate limit of the whole client. The tests advance the clock, and the simulator counts requests as Bitbucket does. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy, warningsOf } from '../support/assertions.js';
import { startSimulator } from '../support/bitbucket.js';
import { reached, settled } from '../support/clock.js';
import { environment, simulatorEnvironment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';
import {
  HOUR, MINUTE, QUIET_WITH_SOCKETS_MS, SECOND, START, assertNoHourHasMore, limiterOf, moveClock, rateLimiterOf,
  start,
} from './rate-limit-scene.js';

/** For how long the rate limit counts a request. */
const WINDOW = HOUR + 5 * SECOND;

const VARIABLE = 'INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT';

describe('the rate limit of the API client', () => {
  // All clients of a process share one limiter, so each test has an account of its own.
  let tokens = 0;
  let accessToken;
  beforeEach(() => {
    tokens += 1;
    accessToken = { type: 'api_key', token: `the-token-${tokens}` };
  });

  const PATIENT = { INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS: '300000' };

  async function simulator(t, options) {
    const bitbucket = await startSimulator(t, {
      accessTokens: [{ token: accessToken.token, kind: 'workspace', workspace: 'acme', scopes: ['repository'] }],
      ...options,
    });
    return bitbucket;
  }

  const clientOf = (env, config = accessToken) => new (createEntry(env).wrapper)(config).authenticate();

  /** Sends many requests at once, and records the status of each response. */
  function send(client, many, path = '/repositories/acme') {
    const statuses = [];
    const requests = Array.from({ length: many }, () => client.get(path).then(({ status }) => statuses.push(status)));
    return { statuses, count: () => statuses.length, all: () => Promise.all(requests) };
  }

  test('spreads 3,000 requests over more than two hours with a limit of 1,000, so Bitbucket rejects none', async (t) => {
    const clock = moveClock(t);
    const bitbucket = await simulator(t, { rateLimit: 1000, repositories: 1 });
    const sent = send(await clientOf(simulatorEnvironment(bitbucket, PATIENT)), 3000);
    await clock.through(sent.count, [1000, 2000, 3000]);
    await sent.all();
    const { api } = bitbucket.control.stats();
    assert.deepEqual(api.byStatus, { 200: 3000 });
    assert.ok(Date.now() - START > 2 * HOUR);
  });

  test('admits a burst of 500 requests at once', async (t) => {
    moveClock(t);
    const bitbucket = await simulator(t, { rateLimit: 1000, repositories: 1 });
    const sent = send(await clientOf(simulatorEnvironment(bitbucket, PATIENT)), 500);
    await sent.all();
    assert.deepEqual(bitbucket.control.stats().api.byStatus, { 200: 500 });
    assert.equal(Date.now(), START);
  });

  test("follows the limit in Bitbucket's responses instead of the default", async (t) => {
    const clock = moveClock(t);
    const bitbucket = await simulator(t, { rateLimit: 40, repositories: 1 });
    const client = await clientOf(simulatorEnvironment(bitbucket, PATIENT));
    await client.get('/repositories/acme');
    const sent = send(client, 100);
    await clock.through(sent.count, [39, 79, 100]);
    await sent.all();
    assert.deepEqual(bitbucket.control.stats().api.byStatus, { 200: 101 });
  });

  test('makes other requests wait after Bitbucket has rejected one, and repeats the rejected request', async (t) => {
    const clock = moveClock(t);
    const bitbucket = await simulator(t, { repositories: 1 });
    const client = await clientOf(simulatorEnvironment(bitbucket, PATIENT));
    bitbucket.control.fault({ target: 'api', kind: 'status', status: 429, retryAfter: 2 });
    const refused = send(client, 1);
    await settled(refused.count, QUIET_WITH_SOCKETS_MS);
    const others = send(client, 5);
    await clock.move(SECOND, QUIET_WITH_SOCKETS_MS);
    assert.deepEqual([refused.count(), others.count()], [0, 0]);
    await clock.move(SECOND, QUIET_WITH_SOCKETS_MS);
    await reached(() => refused.count() + others.count(), 6);
    assert.deepEqual(bitbucket.control.stats().api.byStatus, { 200: 6 });
  });

  test('repeats requests that Bitbucket rejects without Retry-After until Bitbucket accepts them', async (t) => {
    const clock = moveClock(t);
    const lines = [];
    let refused = 0;
    const { origin } = await serve(t, (_request, response) => {
      if (Date.now() - START >= 20 * MINUTE) return json(response, 200, {});
      refused += 1;
      return json(response, 429, { type: 'error', error: { message: 'Rate limit for this resource has been exceeded.' } });
    });
    const { wrapper: Wrapper } = createEntry(environment(origin, PATIENT));
    const client = await new Wrapper(accessToken, { logger: (line) => lines.push(line) }).authenticate();
    const sent = send(client, 5);
    // Responses arrive through sockets, which do not follow the moved clock.
    while (sent.count() < 5) await clock.move(30 * SECOND, QUIET_WITH_SOCKETS_MS);
    await sent.all();
    assert.ok(Date.now() - START < 40 * MINUTE);
    // Bitbucket rejects all five requests at first. After that, the client sends one request at a time.
    assert.ok(refused <= 5 + 6, String(refused));
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0], /has used up its rate limit/);
  });

  test('counts redirected requests, and makes the account wait after Bitbucket has rejected a redirected request', async (t) => {
    const clock = moveClock(t);
    const requestedPaths = [];
    const { origin } = await serve(t, ({ url }, response) => {
      requestedPaths.push(url);
      if (url === '/2.0/diffstat') response.writeHead(302, { location: '/2.0/diff' }).end();
      else if (Date.now() - START >= MINUTE) json(response, 200, {});
      else json(response, 429, { type: 'error', error: { message: 'Rate limit for this resource has been exceeded.' } });
    });
    const client = await clientOf(environment(origin, { ...PATIENT, [VARIABLE]: '6' }));
    const sent = send(client, 1, '/diffstat');
    await settled(() => requestedPaths.length, QUIET_WITH_SOCKETS_MS);
    await clock.move(20 * SECOND, QUIET_WITH_SOCKETS_MS);
    assert.equal(requestedPaths.length, 2, 'no request is sent again before half a minute is over');
    while (sent.count() < 1) await clock.move(MINUTE, QUIET_WITH_SOCKETS_MS);
    const later = send(client, 2, '/diff');
    await clock.move(30 * MINUTE, QUIET_WITH_SOCKETS_MS);
    assert.ok(requestedPaths.length <= 6, requestedPaths.join());
    while (later.count() < 2) await clock.move(HOUR, QUIET_WITH_SOCKETS_MS);
  });

  test('does not repeat a POST request, or a request whose retries are turned off', async (t) => {
    moveClock(t);
    const { origin, requests } = await serve(t, (_request, response) => json(response, 429, {}));
    const client = await clientOf(environment(origin, PATIENT));
    const once = await thrownBy(() => client.get('/user', { 'axios-retry': { retries: 0 } }));
    assert.deepEqual([once.response.status, once.bitbucket.code, requests.length], [429, 'API_RATE_LIMITED', 1]);
    accessToken = { ...accessToken, token: `${accessToken.token}-other` };
    const other = await clientOf(environment(origin, PATIENT));
    assert.equal((await thrownBy(() => other.post('/user', {}))).bitbucket.code, 'API_RATE_LIMITED');
    assert.equal(requests.length, 2);
  });

  test('makes listRepositories report after a 429 when to try again, because a user waits for the list', async (t) => {
    moveClock(t);
    for (const [headers, retryAfter] of [[{}, 30 * SECOND], [{ 'retry-after': '20' }, 20 * SECOND], [{ 'retry-after': '86400' }, HOUR]]) {
      accessToken = { ...accessToken, token: `${accessToken.token}-${retryAfter}` };
      const { origin, requests } = await serve(t, (_request, response) => json(response, 429, {}, headers));
      const wrapper = new (createEntry(environment(origin, PATIENT)).wrapper)(accessToken);
      for (let times = 0; times < 2; times += 1) {
        const error = await thrownBy(() => wrapper.listRepositories({ workspace: 'acme' }));
        assert.deepEqual([error.code, error.retryAfter, error.retryable], ['API_RATE_LIMITED', retryAfter, true]);
      }
      assert.equal(requests.length, 1);
    }
  });

  test('ends a wait with an Axios error when the signal is aborted', async (t) => {
    moveClock(t);
    const { origin, requests } = await serve(t, (_request, response) => json(response, 200, {}));
    const client = await clientOf(environment(origin, { ...PATIENT, [VARIABLE]: '1' }));
    await client.get('/repositories/acme');
    const controller = new AbortController();
    const waiting = thrownBy(() => client.get('/repositories/acme', { signal: controller.signal }));
    await settled(() => 0, QUIET_WITH_SOCKETS_MS);
    controller.abort();
    const error = await waiting;
    assert.equal(error.bitbucket.code, 'REQUEST_ABORTED');
    assert.equal(requests.length, 1);
  });

  test('makes listRepositories fail at once when it is used up, instead of waiting for an hour', async (t) => {
    moveClock(t);
    const { origin } = await serve(t, (_request, response) => json(response, 200, { values: [] }));
    const wrapper = new (createEntry(environment(origin, { ...PATIENT, [VARIABLE]: '1' })).wrapper)(accessToken);
    await wrapper.listRepositories({ workspace: 'acme' });
    const error = await thrownBy(() => wrapper.listRepositories({ workspace: 'acme' }));
    assert.equal(error.code, 'API_RATE_LIMITED');
    assert.equal(error.retryAfter, WINDOW);
  });

  test('is shared by wrappers of the same account, while another account has a limit of its own', async (t) => {
    moveClock(t);
    const { origin, requests } = await serve(t, (_request, response) => json(response, 200, {}));
    const env = environment(origin, { ...PATIENT, [VARIABLE]: '3' });
    const clients = await Promise.all([
      clientOf(env),
      clientOf(env),
      clientOf(env, { type: 'basic', email: 'ada@example.com', token: 'one' }),
      clientOf(env, { type: 'basic', email: 'Ada@Example.com', token: 'two' }),
    ]);
    // The first responses prove which account the API tokens belong to.
    for (const client of clients.slice(2)) await client.get('/repositories/acme');
    await settled(() => requests.length, QUIET_WITH_SOCKETS_MS);
    const sent = clients.map((client) => send(client, 5));
    await settled(() => requests.length, QUIET_WITH_SOCKETS_MS);
    const [first, second, third, fourth] = sent.map(({ count }) => count());
    assert.deepEqual([first + second, third + fourth + 2], [3, 3]);
  });

  /** A server that responds to the credentials of two users as Bitbucket would. */
  const twoUsers = (t) => serve(t, (request, response) => {
    const user = { 'Bearer of-ada': '{ada}', 'Bearer of-eve': '{eve}' }[request.headers.authorization]
      ?? (request.headers.authorization === `Basic ${btoa('ada@example.com:of-ada')}` ? '{ada}' : undefined);
    if (!user) json(response, 401, { type: 'error', error: { message: 'Unauthorized' } });
    else json(response, 200, request.url === '/2.0/user' ? { uuid: user, type: 'user' } : { values: [] });
  });

  test('is not used up by a credential that Bitbucket rejects, whatever account the config names', async (t) => {
    moveClock(t);
    const { origin, requests } = await twoUsers(t);
    const env = environment(origin, { ...PATIENT, [VARIABLE]: '3' });
    const claims = [
      [{ type: 'basic', email: 'ada@example.com', token: 'wrong' }, { type: 'basic', email: 'ada@example.com', token: 'of-ada' }],
      [
        { type: 'oauth', oauth_token: 'wrong', account: { uuid: '{ada}' } },
        { type: 'oauth', oauth_token: 'of-ada', account: { uuid: '{ada}' } },
      ],
    ];
    for (const [claimed, own] of claims) {
      const client = await clientOf(env, claimed);
      for (let sent = 0; sent < 3; sent += 1) {
        assert.equal((await thrownBy(() => client.get('/repositories/acme'))).response.status, 401);
      }
      const before = requests.length;
      const { count } = send(await clientOf(env, own), 3);
      await settled(() => requests.length, QUIET_WITH_SOCKETS_MS);
      assert.equal(count(), 3);
      assert.ok(requests.length - before >= 3);
    }
  });

  test('counts requests for the account that Bitbucket reports, not for the account in the config', async (t) => {
    moveClock(t);
    const { origin, requests } = await twoUsers(t);
    const env = environment(origin, { ...PATIENT, [VARIABLE]: '4' });
    const accountRequests = (token) => requests.filter(({ url, headers }) => (
      url === '/2.0/user' && headers.authorization === `Bearer ${token}`)).length;
    const eve = await clientOf(env, { type: 'oauth', oauth_token: 'of-eve', account: { uuid: '{ada}' } });
    for (let sent = 0; sent < 4; sent += 1) await eve.get('/repositories/acme');
    await reached(() => accountRequests('of-eve'), 1);
    const ada = await clientOf(env, { type: 'oauth', oauth_token: 'of-ada', account: { uuid: '{ada}' } });
    await ada.get('/repositories/acme');
    await reached(() => accountRequests('of-ada'), 1);
    await settled(() => requests.length, QUIET_WITH_SOCKETS_MS);
    // Both wrappers of the user share the remaining requests. The first request counts, too.
    const { count } = send(ada, 5);
    const again = send(await clientOf(env, { type: 'oauth', oauth_token: 'of-ada', account: { uuid: '{ada}' } }), 5);
    await settled(() => requests.length, QUIET_WITH_SOCKETS_MS);
    assert.equal(count() + again.count(), 3);
    assert.deepEqual([accountRequests('of-eve'), accountRequests('of-ada')], [1, 1]);
  });

  test('also holds for waiting requests whose account becomes known during the wait', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(3);
    const own = start(limiter, 5, { account: 'own' });
    await settled(own.count);
    assert.equal(own.count(), 3);
    const proven = start(limiter, 2, { account: 'user' });
    await settled(proven.count);
    assert.equal(proven.count(), 2);
    await limiter.resolveAccount('own', async () => 'user');
    const more = start(limiter, 1, { account: 'own' });
    await clock.until(() => own.count() + more.count(), 6);
    const late = [...own.times().slice(3), ...more.times()];
    assert.ok(late.every((at) => at - START >= HOUR), 'the waiting requests were sent within the hour of the first three');
    assertNoHourHasMore([...own.times().slice(3), ...more.times()], 3);
  });

  test(`does not apply with ${VARIABLE}=off`, async (t) => {
    moveClock(t);
    const { origin } = await serve(t, (_request, response) => json(response, 200, {}));
    for (const off of ['off', ' OFF ']) {
      await send(await clientOf(environment(origin, { ...PATIENT, [VARIABLE]: off })), 1200).all();
    }
    assert.equal(Date.now(), START);
    assert.equal(rateLimiterOf({ isRateLimitConfigured: true }), undefined);
  });

  test(`is the number in ${VARIABLE}, whatever limit Bitbucket's responses report`, async (t) => {
    moveClock(t);
    const { origin, requests } = await serve(t, (_request, response) => {
      json(response, 200, {}, { 'x-ratelimit-limit': '50' });
    });
    const client = await clientOf(environment(origin, { ...PATIENT, [VARIABLE]: ' 7 ' }));
    send(client, 20);
    // NaN never equals NaN, so the number does not count as settled before the first request has arrived.
    await settled(() => requests.length || NaN, QUIET_WITH_SOCKETS_MS);
    assert.equal(requests.length, 7);
  });

  for (const value of ['0', '-5', '1.5', '1e3', '1000001', 'on', 'unlimited']) {
    test(`causes a warning that names the variable with ${VARIABLE}=${value}, and the form still offers OAuth2`, (t) => {
      const entry = createEntry(environment('https://bitbucket.example', { [VARIABLE]: value }));
      const warnings = warningsOf(t, () => assert.ok(entry.form.some(({ type }) => type === 'oauth')));
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], new RegExp(`${VARIABLE} must be off, or a whole number`));
    });
  }
});
