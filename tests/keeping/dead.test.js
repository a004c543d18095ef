/**
 * When a connection counts as dead, how many token requests a dead connection causes, and what a connection survives. A
 * connection is dead if Bitbucket no longer accepts its refresh token, so that the user has to connect again. After Bitbucket has
 * refused a refresh token, it may refuse all token requests of the same OAuth client for a while: the lockout.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { startRedis } from '../support/redis.js';
import { pause, until } from '../support/waiting.js';
import { LOCKOUT_WAIT_MS, startScene } from './support/scene.js';
import { Worker, leaks } from './support/workers.js';

const MINUTE = 60_000;

const HOUR = 60 * MINUTE;

/** The lockouts of crowd.test.js, which are longer than those of the scene. */
const LONG_LOCKOUT = { lockoutMs: 1000, variables: { INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS: '1500' } };

/** A scene in which one process uses one connection, with the log of its wrappers. */
async function start(t, settings = {}) {
  const scene = await startScene({ accessTokenLifetimeMs: HOUR, ...settings });
  t.after(() => scene.close());
  const { wrapper: Wrapper } = createEntry(scene.environment);
  const log = [];
  const open = (config) => {
    const row = structuredClone(config);
    const wrapper = new Wrapper(structuredClone(config), { logger: (message) => log.push(message) });
    wrapper.setTokenRefreshCallback((tokens) => Object.assign(row, tokens));
    return Object.assign(wrapper, { row });
  };
  const config = await scene.connect('first');
  const tokenRequests = () => scene.bitbucket.control.stats().token.refresh_token.requests;
  return { ...scene, config, open, log, tokenRequests, expire: () => scene.bitbucket.control.advance(HOUR + 1000) };
}

const ask = (wrapper) => wrapper.use((client) => client.get('/user'));
const works = async (wrapper) => assert.equal((await ask(wrapper)).data.type, 'user');

/** The ways to use a connection. If the connection is dead, each must report that the user has to connect again. */
const WAYS = [
  (wrapper) => ask(wrapper),
  async (wrapper) => (await wrapper.authenticate()).get('/user'),
  (wrapper, { refresh_token: refreshToken }) => wrapper.refreshToken({ refresh_token: refreshToken }),
];

/** The error code for the caller, also if an Axios error wraps the plugin's error. */
const codeOf = (error) => (error.cause?.code === 'RECONNECT_REQUIRED' ? error.cause.code : error.code);

describe('a dead connection', { concurrency: true }, () => {
  test('is reported after the lockout, and then causes no token request until its config changes', async (t) => {
    const scene = await start(t);
    const { bitbucket, tap, config, open, log, tokenRequests } = scene;
    const old = Array.from({ length: 20 }, () => open(config));
    await Promise.all(old.map(works));
    bitbucket.control.revoke();

    const begun = performance.now();
    const errors = await Promise.all(old.map((wrapper) => thrownBy(() => ask(wrapper))));
    assert.ok(performance.now() - begun >= LOCKOUT_WAIT_MS, 'the calls do not fail before the end of the lockout');
    assert.deepEqual(new Set(errors.map(codeOf)), new Set(['RECONNECT_REQUIRED']));
    assert.ok(errors.every((error) => (error.reauthorize ?? error.cause.reauthorize) === true));
    assert.ok(tokenRequests() <= 2, `${tokenRequests()} token requests`);
    const before = tokenRequests();

    const later = [...old, ...Array.from({ length: 80 }, () => open(config))];
    for (const [index, wrapper] of later.entries()) {
      const error = await thrownBy(() => WAYS[index % WAYS.length](wrapper, config));
      assert.equal(codeOf(error), 'RECONNECT_REQUIRED');
      errors.push(error);
    }
    const verdict = await open(config).testConnection();
    assert.equal(verdict.success, false);
    assert.match(verdict.message, /connect/i);
    assert.equal(tokenRequests(), before, 'a connection that is known to be dead causes no token request');

    const changed = {
      ...config, oauth_token: `${config.oauth_token}0`, expires_at: new Date(Date.now() + 2 * HOUR).toISOString(),
    };
    for (let call = 0; call < 20; call += 1) {
      assert.equal(codeOf(await thrownBy(() => ask(open(changed)))), 'RECONNECT_REQUIRED');
    }
    assert.ok(tokenRequests() <= before + 1, `${tokenRequests() - before} token requests for one changed config`);

    const counted = tokenRequests();
    const reconnected = open(await scene.connect('second'));
    await works(reconnected);
    assert.equal(tokenRequests(), counted);
    scene.expire();
    await works(reconnected);
    assert.equal(tokenRequests(), counted + 1);
    assert.deepEqual(leaks(tap.secrets, [...log, ...errors.map((error) => inspect(error, { depth: 6 }))]), []);
  });

  test('is known to be dead in every process that shares Redis', async (t) => {
    const redis = await startRedis(t);
    const scene = await start(t, { variables: { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url } });
    const { bitbucket, config, environment, tokenRequests } = scene;
    const workers = ['one', 'two', 'three'].map((name) => new Worker(name, async () => {}));
    t.after(() => Promise.all(workers.map((worker) => worker.kill())));
    for (const [index, worker] of workers.entries()) {
      await worker.init(environment, index);
      await worker.send('open', { connection: 'first', config, count: 5, via: 'callback' });
      assert.equal(await worker.send('ask', { connection: 'first' }), 'works');
    }
    bitbucket.control.revoke();
    const verdicts = await Promise.all(workers.map((worker) => worker.send('ask', { connection: 'first' })));
    assert.deepEqual(verdicts, workers.map(() => 'RECONNECT_REQUIRED'));
    assert.ok(tokenRequests() <= 2, `${tokenRequests()} token requests`);
    const before = tokenRequests();
    const last = new Worker('last', async () => {});
    workers.push(last);
    await last.init(environment, 4);
    await last.send('open', { connection: 'first', config, count: 1, via: 'callback' });
    assert.equal(await last.send('ask', { connection: 'first' }), 'RECONNECT_REQUIRED');
    assert.equal(tokenRequests(), before, 'a new process sends no token request either');
  });
});

describe('a connection survives', { concurrency: true }, () => {
  test('a lockout that another program caused', async (t) => {
    // So long that the connection's first request meets the lockout, even on a busy machine. The test then ends the lockout.
    const lockoutMs = 5 * MINUTE;
    const scene = await start(t, { lockoutMs });
    const { bitbucket, tap } = scene;
    const other = await scene.connect('second');
    await scene.refreshElsewhere(other.refresh_token);
    scene.expire();
    assert.equal(await scene.refreshElsewhere(other.refresh_token), 400);
    const wrapper = scene.open(scene.config);
    const answer = works(wrapper);
    assert.ok(await until(() => tap.requests.length > 0 && tap.requests[0].endedAt !== undefined));
    bitbucket.control.advance(lockoutMs);
    await answer;
    const [refused, granted] = tap.requests;
    assert.deepEqual(tap.requests.map(({ status }) => status), [400, 200]);
    assert.ok(granted.sentAt - refused.endedAt >= LOCKOUT_WAIT_MS);
    scene.expire();
    await works(wrapper);
  });

  for (const [when, delayMs] of [
    ['together with a dead connection', 0], ['shortly after a dead connection', 300],
    ['around the second token request of a dead connection', 3000],
  ]) {
    test(`being used ${when} of the same OAuth client`, async (t) => {
      const scene = await start(t, LONG_LOCKOUT);
      const other = await scene.connect('second');
      await scene.refreshElsewhere(other.refresh_token);
      scene.expire();
      const [dead, alive] = await Promise.allSettled([
        ask(scene.open(other)), pause(delayMs).then(() => ask(scene.open(scene.config))),
      ]);
      assert.equal(codeOf(dead.reason), 'RECONNECT_REQUIRED');
      assert.equal(alive.status === 'rejected' ? codeOf(alive.reason) : 'works', 'works');
    });
  }

  test('a refresh in another process, even if the new tokens have expired as well', async (t) => {
    const redis = await startRedis(t);
    const { config, environment, tokenRequests, expire } = await start(t, {
      variables: { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url },
    });
    const workers = ['one', 'two'].map((name) => new Worker(name, async () => {}));
    t.after(() => Promise.all(workers.map((worker) => worker.kill())));
    for (const [index, worker] of workers.entries()) {
      await worker.init(environment, index);
      await worker.send('open', { connection: 'first', config, count: 1, via: 'callback' });
      assert.equal(await worker.send('ask', { connection: 'first' }), 'works');
    }
    const [one, two] = workers;
    // The processes' clocks do not move, so only a 401 reveals the expiry.
    expire();
    assert.equal(await two.send('ask', { connection: 'first' }), 'works');
    expire();
    assert.equal(await one.send('ask', { connection: 'first' }), 'works');
    assert.equal(tokenRequests(), 2);
  });

  test('ten responses with 403, which cause no refresh', async (t) => {
    const clients = [{ callback: 'http://127.0.0.1:8080/dashboard/', scopes: ['account'] }];
    const { config, open, tokenRequests } = await start(t, { clients });
    const wrapper = open(config);
    const client = await wrapper.authenticate();
    for (let call = 0; call < 10; call += 1) {
      const error = await thrownBy(() => (
        call % 2 ? wrapper.use((api) => api.get('/repositories/acme')) : client.get('/repositories/acme')
      ));
      assert.equal(error.response.status, 403);
    }
    assert.equal(tokenRequests(), 0);
    await works(wrapper);
  });

  const troubles = [
    { kind: 'drop', times: 2 }, { kind: 'drop-after', times: 2 }, { kind: 'truncate', times: 2 },
    { kind: 'empty', times: 2 }, { kind: 'html' }, { kind: 'html', status: 502 }, { kind: 'status', status: 500 },
    { kind: 'status', status: 503, times: 3 }, { kind: 'status', status: 429 }, { kind: 'delay', delayMs: 300 },
  ];
  for (const trouble of troubles) {
    const { kind, status = '', times = 1 } = trouble;
    test(`the fault "${[kind, status].join(' ').trim()}" at the token endpoint (times: ${times})`, async (t) => {
      const { bitbucket, config, open, expire, tap } = await start(t);
      const wrappers = Array.from({ length: 5 }, () => open(config));
      bitbucket.control.fault({ target: 'token', ...trouble });
      expire();
      await Promise.all(wrappers.map(works));
      assert.ok(wrappers.every(({ row }) => row.refresh_token === wrappers[0].row.refresh_token));
      // Ends the grace period, in which Bitbucket still accepts a used refresh token because the response may have been lost. The
      // connection must not need the used token any more.
      bitbucket.control.advance(11 * MINUTE);
      expire();
      await works(wrappers[0]);
      await works(open(wrappers[0].row));
      assert.equal(bitbucket.control.stats().token.refresh_token.refused, 0);
      assert.equal(tap.overlaps, 0);
    });
  }

  test('a 429 with Retry-After from the token endpoint, because the plugin waits that long', async (t) => {
    const { bitbucket, config, open, expire } = await start(t);
    bitbucket.control.fault({ target: 'token', kind: 'status', status: 429, retryAfter: 2 });
    expire();
    const begun = performance.now();
    await works(open(config));
    assert.ok(performance.now() - begun >= 2000);
  });

  test('a token endpoint that is down: a call retries three times, and later calls fail at once for a minute', async (t) => {
    const { bitbucket, config, open, expire, tokenRequests } = await start(t);
    const wrapper = open(config);
    await works(wrapper);
    bitbucket.control.fault({ target: 'token', kind: 'status', status: 503, times: 100 });
    expire();
    const first = await thrownBy(() => ask(wrapper));
    for (const again of [wrapper, open(config), wrapper]) {
      const begun = performance.now();
      const error = await thrownBy(() => ask(again));
      assert.ok(performance.now() - begun < 500, 'the call fails at once');
      assert.deepEqual([codeOf(error), error.status], [codeOf(first), 503]);
      assert.ok(error.retryAfter > 0 && error.retryAfter <= MINUTE, String(error.retryAfter));
    }
    assert.equal(bitbucket.control.stats().token.faults, 4);
    assert.equal(tokenRequests(), 0);
  });

  test('a Retry-After that is longer than any caller waits', async (t) => {
    const { bitbucket, config, open, expire, tokenRequests } = await start(t);
    bitbucket.control.fault({ target: 'token', kind: 'status', status: 429, retryAfter: 600 });
    expire();
    const wrapper = open(config);
    const begun = performance.now();
    const error = await thrownBy(() => ask(wrapper));
    assert.ok(performance.now() - begun < 5000, 'the call fails at once');
    assert.notEqual(codeOf(error), 'RECONNECT_REQUIRED');
    assert.equal(tokenRequests(), 0);
  });
});
