/** What administrators can observe of a connection: log lines, counters, and the channels of diagnostics_channel. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, test } from 'node:test';
import { createEntry } from 'nocodb-bitbucket-auth';
import { environment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';

const importInternal = (path) => import(new URL(path, import.meta.resolve('nocodb-bitbucket-auth/package.json')));
const { observeRequest } = await importInternal('js/activity.js');
const { logLine } = await importInternal('js/log-lines.js');

const CHANNELS = { request: 'nocodb-bitbucket-auth:request', refresh: 'nocodb-bitbucket-auth:refresh' };
const MINUTE = 60_000;
const time = (ms) => new Date(Date.now() + ms).toISOString();
const tokens = { type: 'oauth', oauth_token: 'the-access-token', refresh_token: 'the-refresh-token' };
const expired = () => ({ ...tokens, expires_at: time(-MINUTE), refreshed_at: time(-121 * MINUTE) });

/**
 * Starts a server in place of Bitbucket, and returns the wrapper class for it. The API responds with the statuses in `api`, and
 * repeats the last status. `token` responds to token requests.
 */
async function bitbucket(t, { api = [200], token } = {}) {
  let [apiRequests, tokenRequests] = [0, 0];
  const server = await serve(t, (request, response) => {
    if (request.url.startsWith('/2.0/')) {
      apiRequests += 1;
      return json(response, api[Math.min(apiRequests, api.length) - 1], {});
    }
    tokenRequests += 1;
    return token ? token(response) : json(response, 200, {
      access_token: `the-new-access-token-${tokenRequests}`, refresh_token: `the-new-refresh-token-${tokenRequests}`,
      token_type: 'bearer', expires_in: 7200, scopes: 'account',
    });
  });
  return createEntry(environment(server.origin)).wrapper;
}

/** Returns the messages that are published on a channel while `work` runs. */
async function published(name, work) {
  const messages = [];
  const listener = (message) => messages.push(message);
  subscribe(name, listener);
  try {
    await work();
  } finally {
    unsubscribe(name, listener);
  }
  return messages;
}

const assertTellsNoSecret = (value) => assert.doesNotMatch(JSON.stringify(value), /the-(new-)?(access|refresh)-token|secret|Bearer/);

describe('a log entry', () => {
  for (const [entry, connection, expected] of [
    [{ level: 'INFO', event: 'refreshed', text: 'Done.', durationMs: 231.4 }, { title: 'Sales' }, 'INFO refreshed, connection "Sales", 231 ms: Done.'],
    [{ level: 'WARN', event: 'connection-shared', text: 'It is.' }, { name: 'abcdefgh' }, 'WARN connection-shared, connection abcdefgh: It is.'],
    [{ level: 'ERROR', event: 'connection-dead', text: 'It is.' }, { title: 'A\nB', name: 'abcdefgh' }, 'ERROR connection-dead, connection "A B": It is.'],
    [{ level: 'WARN', event: 'a', text: 'It is.' }, { title: 'A\u2028B\u2029 C' }, 'WARN a, connection "A B C": It is.'],
    [{ level: 'WARN', event: 'a', text: 'It is.' }, { title: 'A", 5 ms: B' }, 'WARN a, connection "A\\", 5 ms: B": It is.'],
    [{ level: 'WARN', event: 'a', text: 'It is.' }, { title: '𝒜'.repeat(101) }, `WARN a, connection "${'𝒜'.repeat(100)}": It is.`],
    [{ level: 'WARN', event: 'connect-failed', text: 'No.', durationMs: 0 }, {}, 'WARN connect-failed, 0 ms: No.'],
  ]) {
    test(`becomes one line: ${expected}`, () => assert.equal(logLine(entry, connection), expected));
  }
});

describe("NocoDB's log", () => {
  const host = () => {
    const lines = [];
    return { lines, title: 'Sales', logger: (line) => lines.push(line) };
  };

  test('has a line for a refresh, with its duration', async (t) => {
    const Wrapper = await bitbucket(t);
    const { lines, ...services } = host();
    await new Wrapper(expired(), services).use((client) => client.get('/user'));
    assert.equal(lines.length, 1);
    assert.match(lines[0], /^INFO refreshed, connection "Sales", \d+ ms: Bitbucket issued new tokens\.$/);
  });

  test('has a line for a refresh that failed, with the code of the error', async (t) => {
    const Wrapper = await bitbucket(t, { token: (response) => json(response, 401, { error: 'invalid_client' }) });
    const { lines, ...services } = host();
    await assert.rejects(new Wrapper(expired(), services).authenticate());
    assert.equal(lines.length, 1);
    assert.match(lines[0], /^WARN refresh-failed, connection "Sales", \d+ ms: INVALID_CLIENT: /);
    assertTellsNoSecret(lines);
  });

  test('has a line for a new connection, and for a connection that could not be made', async (t) => {
    const payload = { code: 'the-code', code_verifier: 'v'.repeat(43) };
    const { lines, ...services } = host();
    const Wrapper = await bitbucket(t);
    await new Wrapper({}, services).exchangeToken(payload);
    assert.match(lines[0], /^INFO connected, connection "Sales", \d+ ms: /);

    const Refusing = await bitbucket(t, { token: (response) => json(response, 400, { error: 'invalid_grant' }) });
    await assert.rejects(new Refusing({}, services).exchangeToken(payload), { code: 'INVALID_GRANT' });
    assert.match(lines[1], /^WARN connect-failed, connection "Sales", \d+ ms: INVALID_GRANT: /);
    assert.equal(lines.length, 2);
    assert.doesNotMatch(lines.join(), /the-code|vvv/);
  });

});

test('a successful refresh is not logged to the console when NocoDB passes no logger', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const Wrapper = await bitbucket(t);
  await new Wrapper(expired()).use((client) => client.get('/user'));
  assert.equal(warn.mock.callCount(), 0);
});

describe('connectionStatus', () => {
  test('returns zero for each counter before the first request', async (t) => {
    const Wrapper = await bitbucket(t);
    const { activity } = await new Wrapper(expired()).connectionStatus();
    assert.deepEqual(activity, { refreshes: 0, retries: 0, rateLimitWaits: 0 });
  });

  test('counts the refreshes of all wrappers of the connection', async (t) => {
    const Wrapper = await bitbucket(t);
    const config = expired();
    await new Wrapper(config).use((client) => client.get('/user'));
    const { activity } = await new Wrapper(config).connectionStatus();
    assert.deepEqual(activity, { refreshes: 1, retries: 0, rateLimitWaits: 0 });
  });

  test('counts repeated requests, and returns the error of the last request that failed', async (t) => {
    const Wrapper = await bitbucket(t, { api: [503, 200, 404] });
    const config = { type: 'api_key', token: 'the-access-token-of-this-test' };
    const before = Date.now();
    const client = await new Wrapper(config).authenticate();
    await client.get('/user', { 'axios-retry': { retryDelay: () => 0 } });
    await assert.rejects(client.get('/user'));
    const { activity: { lastError, ...counted } } = await new Wrapper(config).connectionStatus();
    assert.deepEqual(counted, { refreshes: 0, retries: 1, rateLimitWaits: 0 });
    assert.equal(lastError.code, 'API_NOT_FOUND');
    assert.ok(lastError.at >= before && lastError.at <= Date.now());
  });

  test('counts the requests that waited for the rate limit', async (t) => {
    let apiRequests = 0;
    const { origin } = await serve(t, (_request, response) => {
      apiRequests += 1;
      response.writeHead(apiRequests === 1 ? 429 : 200, { 'content-type': 'application/json', 'retry-after': '2' }).end('{}');
    });
    const { wrapper: Wrapper } = createEntry(environment(origin, { INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT: '1000' }));
    const wrapper = new Wrapper({ type: 'api_key', token: 'the-token-that-waits' });
    const client = await wrapper.authenticate();
    await assert.rejects(client.get('/user', { 'axios-retry': { retries: 0 } }));
    await client.get('/user');
    const { activity: { lastError, ...counted } } = await wrapper.connectionStatus();
    assert.deepEqual(counted, { refreshes: 0, retries: 0, rateLimitWaits: 1 });
    assert.equal(lastError.code, 'API_RATE_LIMITED');
  });

  test('counts the requests that were repeated with new tokens after a 401', async (t) => {
    const Wrapper = await bitbucket(t, { api: [401, 200] });
    const config = { ...tokens, expires_at: time(60 * MINUTE), refreshed_at: time(-60 * MINUTE) };
    await new Wrapper(config).use((client) => client.get('/user'));
    const { activity } = await new Wrapper(config).connectionStatus();
    assert.deepEqual(activity, { refreshes: 1, retries: 1, rateLimitWaits: 0 });
  });
});

describe('the diagnostics channels', () => {
  test('report each API request without its parameters and secrets', async (t) => {
    const Wrapper = await bitbucket(t, { api: [404] });
    const before = Date.now();
    const messages = await published(CHANNELS.request, async () => {
      const client = await new Wrapper({ type: 'api_key', token: 'the-access-token' }, { title: 'Sales' }).authenticate();
      await assert.rejects(client.get('/repositories/acme/one', { params: { q: 'hidden' } }));
    });
    const [{ startedAt, durationMs, ...message }] = messages;
    assert.deepEqual(message, { connection: 'Sales', method: 'GET', path: '/repositories/acme/one', status: 404 });
    assert.ok(startedAt >= before && durationMs > 0 && durationMs < MINUTE);
    assert.equal(messages.length, 1);
    assertTellsNoSecret(messages);
  });

  test('report an API request that got no response', async (t) => {
    const { origin } = await serve(t, (request) => request.socket.destroy());
    const { wrapper: Wrapper } = createEntry(environment(origin));
    const messages = await published(CHANNELS.request, async () => {
      const client = await new Wrapper({ type: 'api_key', token: 'the-access-token' }).authenticate();
      await assert.rejects(client.get('/user', { 'axios-retry': { retries: 0 } }));
    });
    assert.deepEqual(messages.map(({ code, status }) => [code, status]), [['REQUEST_FAILED', undefined]]);
  });

  test('report each refresh, successful or not', async (t) => {
    const Wrapper = await bitbucket(t);
    const Refusing = await bitbucket(t, { token: (response) => json(response, 401, { error: 'invalid_client' }) });
    const messages = await published(CHANNELS.refresh, async () => {
      await new Wrapper(expired()).authenticate();
      await assert.rejects(new Refusing(expired()).authenticate());
    });
    assert.deepEqual(messages.map(({ grant, code }) => [grant, code]), [
      ['refresh_token', undefined], ['refresh_token', 'INVALID_CLIENT'],
    ]);
    for (const { connection, startedAt, durationMs } of messages) {
      assert.match(connection, /^[\w-]{8}$/);
      assert.ok(startedAt > 0 && durationMs >= 0);
    }
    assertTellsNoSecret(messages);
  });

  test('create no message without a subscriber', async (t) => {
    const describeRequest = t.mock.fn(() => ({ connection: 'Sales', method: 'GET', path: '/user' }));
    const answer = { status: 200 };
    assert.equal(await observeRequest(describeRequest, async () => answer), answer);
    assert.equal(describeRequest.mock.callCount(), 0);
    const messages = await published(CHANNELS.request, () => observeRequest(describeRequest, async () => answer));
    assert.deepEqual([describeRequest.mock.callCount(), messages.length], [1, 1]);
  });
});
