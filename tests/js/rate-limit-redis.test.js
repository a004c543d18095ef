/** The rate limit that processes share through a real Redis, with a clock that the tests advance. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { startSimulator } from '../support/bitbucket.js';
import { reached, settled } from '../support/clock.js';
import { simulatorEnvironment } from '../support/environment.js';
import { runJsonFixture } from '../support/fixtures.js';
import { startRedis } from '../support/redis.js';
import {
  ACCOUNT, GROUP, HOUR, MINUTE, QUIET_WITH_SOCKETS_MS, SECOND, START, assertNoHourHasMore, limiterOf, moveClock,
  start, told,
} from './rate-limit-scene.js';

/** For how long the rate limit counts a request. */
const WINDOW = HOUR + 5 * SECOND;

/** The real clock, before a test moves it. */
const realNow = performance.now.bind(performance);

describe('the rate limit in a shared Redis', () => {
  // Limiters outlive their test and its Redis, and then log that Redis is unavailable.
  beforeEach((t) => t.mock.method(console, 'warn', () => {}));

  const totalOf = (lines) => () => lines.reduce((sum, { count }) => sum + count(), 0);

  test('applies to the requests of two processes together, and each process sends its requests in order', async (t) => {
    const redis = await startRedis(t);
    const clock = moveClock(t);
    // Two limiters stand for two processes: they share nothing but Redis.
    const lines = [1, 2].map(() => start(limiterOf(100, { redis: { url: redis.url } }), 125));
    await clock.through(totalOf(lines), [100, 200, 250], () => lines.filter(({ count }) => count() < 125).length);
    for (const { passed } of lines) {
      assert.deepEqual(passed.map(({ index }) => index), Array.from({ length: 125 }, (_, index) => index));
    }
    assertNoHourHasMore(lines.flatMap(({ times }) => times()), 100);
  });

  test('counts the requests of child processes together', async (t) => {
    const redis = await startRedis(t);
    const take = (many) => runJsonFixture(t, 'rate-limit.js', [many, 20], { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url });
    // The processes run one after the other. Each process sends as many requests as the limit allows without waiting.
    assert.deepEqual([await take(15), await take(15)], [15, 5]);
  });

  test('counts requests of other API clients once, although two processes learn of these requests', async (t) => {
    const redis = await startRedis(t);
    moveClock(t);
    const limiters = [1, 2].map(() => limiterOf(100, { redis: { url: redis.url } }));
    const near = told({ 'x-ratelimit-nearlimit': 'true' });
    await Promise.all(limiters.map((limiter) => limiter.onResponse(ACCOUNT, GROUP, near)));
    const lines = limiters.map((limiter) => start(limiter, 30));
    await reached(totalOf(lines), 20);
    await settled(totalOf(lines), QUIET_WITH_SOCKETS_MS);
    assert.equal(totalOf(lines)(), 20);
  });

  test('limits how many requests a response can add to the request log in Redis, so that no caller is blocked', async (t) => {
    const redis = await startRedis(t);
    const limiter = limiterOf(1000, { redis: { url: redis.url, variable: 'THIS_REDIS_URL' } });
    await limiter.acquire(ACCOUNT, GROUP);
    await limiter.onResponse(ACCOUNT, GROUP, told({ 'x-ratelimit-limit': '1000000', 'x-ratelimit-nearlimit': 'true' }));
    await limiter.acquire(ACCOUNT, GROUP);
    const said = console.warn.mock.calls.map(({ arguments: [text] }) => text).filter((text) => text.includes('THIS_REDIS_URL'));
    assert.deepEqual(said, []);
    const reader = new Redis(redis.url);
    t.after(() => reader.disconnect());
    const key = (await reader.keys('*')).find((name) => !name.endsWith(':life'));
    assert.equal(await reader.zcard(key), 10_001);
  });

  test('does not delay requests that are counted while responses report requests of other API clients', async (t) => {
    const redis = await startRedis(t);
    moveClock(t);
    const limiter = limiterOf(100, { redis: { url: redis.url } });
    const near = told({ 'x-ratelimit-nearlimit': 'true' });
    const observed = Array.from({ length: 10 }, () => limiter.onResponse(ACCOUNT, GROUP, near));
    const line = start(limiter, 20);
    await Promise.all(observed);
    await reached(line.count, 20);
  });

  test('applies to the requests of twenty processes together', async (t) => {
    const redis = await startRedis(t);
    const take = () => runJsonFixture(t, 'rate-limit.js', [20, 100], { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url });
    let taken = 0;
    // More processes at once would keep a small machine so busy that they would treat Redis as unavailable.
    for (let pair = 0; pair < 10; pair += 1) {
      const [one, other] = await Promise.all([take(), take()]);
      taken += one + other;
    }
    assert.equal(taken, 100);
  });

  test('counts all requests for an hour, even if the clocks of the processes are years apart', async (t) => {
    const redis = await startRedis(t);
    const limiters = [1, 2].map(() => limiterOf(5, { redis: { url: redis.url } }));
    for (const [index, now] of [0, 1, 2, 3, 4].map((years) => START + years * 365 * 24 * HOUR).entries()) {
      t.mock.timers.reset();
      t.mock.timers.enable({ apis: ['Date'], now });
      await limiters[index % 2].acquire(ACCOUNT, GROUP);
    }
    for (const limiter of limiters) {
      const error = await thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { maxWaitMs: 0 }));
      assert.ok(error.retryAfter > WINDOW - MINUTE && error.retryAfter <= WINDOW, String(error.retryAfter));
    }
  });

  test('counts each request of twenty processes once, even if Redis loses data or is unavailable for a while', async (t) => {
    const redis = await startRedis(t);
    const clock = moveClock(t);
    const limiters = Array.from({ length: 20 }, () => limiterOf(100, { redis: { url: redis.url } }));
    const lines = [];
    const send = async (each) => {
      const sending = limiters.map((limiter) => start(limiter, each));
      lines.push(...sending);
      await Promise.all(sending.flatMap(({ takes }) => takes));
    };
    const reader = new Redis(redis.url, { retryStrategy: () => 100 });
    t.after(() => reader.disconnect());
    reader.on('error', () => {});
    // The key of the request log. The other keys are the marker, which is missing if Redis has lost its data, and the key with
    // which a reconnecting process checks its permissions.
    const log = async () => (await reader.keys('*')).find((key) => !/:life$|:check:/.test(key)) ?? 'none yet';
    const counted = async (many) => {
      for (let seen, tries = 0; seen !== many; tries += 1) {
        seen = await reader.zcard(await log());
        assert.ok(seen <= many && tries < 20_000, `${seen} instead of ${many}`);
      }
    };
    await send(2);
    await counted(40);
    await redis.kill();
    await send(1);
    await clock.during(redis.restart());
    await counted(60);
    await redis.flush();
    await clock.during(send(1));
    await counted(80);
    // Only this log is lost, as when Redis runs out of memory. The marker remains, so a process notices the loss at its next
    // request.
    await reader.del(await log());
    await send(1);
    const rest = limiters.map((limiter) => start(limiter, 1));
    lines.push(...rest);
    await settled(totalOf(rest), QUIET_WITH_SOCKETS_MS);
    await clock.through(totalOf(rest), [0, 20], () => 20);
    assertNoHourHasMore(lines.flatMap(({ times }) => times()), 100);
  });

  test('makes each process wait after Redis lost its data until all other processes have reported their requests', async (t) => {
    const redis = await startRedis(t);
    const clock = moveClock(t);
    const limiters = [1, 2].map(() => limiterOf(30, { redis: { url: redis.url } }));
    const first = limiters.map((limiter) => start(limiter, 12));
    await Promise.all(first.flatMap(({ takes }) => takes));
    await redis.flush();
    const line = start(limiters[0], 20);
    const reader = new Redis(redis.url);
    t.after(() => reader.disconnect());
    const counted = async () => {
      const key = (await reader.keys('*')).find((name) => !/:life$|:check:/.test(name));
      return key === undefined ? 0 : reader.zcard(key);
    };
    // The other process sends no request, but notices the loss, too.
    for (const end = realNow() + 20 * SECOND; await counted() < 24;) assert.ok(realNow() < end);
    assert.equal(line.count(), 0);
    await clock.move(7 * SECOND, QUIET_WITH_SOCKETS_MS);
    await reached(line.count, 6);
    await settled(line.count, QUIET_WITH_SOCKETS_MS);
    assert.equal(line.count(), 6);
    await clock.until(line.count, 20, QUIET_WITH_SOCKETS_MS);
    assertNoHourHasMore([...first, line].flatMap(({ times }) => times()), 30);
  });

  test('admits all requests within the limit when Redis fails and is empty after its restart', async (t) => {
    const redis = await startRedis(t);
    const clock = moveClock(t);
    const limiter = limiterOf(30, { redis: { url: redis.url, variable: 'THIS_REDIS_URL' } });
    const line = start(limiter, 20);
    await Promise.all(line.takes);
    await redis.kill();
    const second = start(limiter, 10);
    await Promise.all(second.takes);
    // The limiters of earlier tests also log that their Redis is unavailable.
    const said = (words) => console.warn.mock.calls.filter(({ arguments: [text] }) => words.test(text)).length;
    await reached(() => said(/THIS_REDIS_URL is unavailable/), 1);
    await clock.during(redis.restart());
    await reached(() => said(/THIS_REDIS_URL is available again/), 1);
    assert.ok(said(/THIS_REDIS_URL.*is unavailable.*enforces the rate limit on its own/) > 0);
    const third = start(limiter, 20);
    // The limiter may first have to wait until other processes have noticed the loss.
    await clock.through(third.count, [0, 0, 20]);
    assertNoHourHasMore([line, second, third].flatMap(({ times }) => times()), 30);
  });

  test('lets requests continue when Redis hangs', async (t) => {
    const redis = await startRedis(t);
    const limiter = limiterOf(30, { redis: { url: redis.url } });
    await limiter.acquire(ACCOUNT, GROUP);
    redis.pause();
    const line = start(limiter, 20);
    await Promise.all(line.takes);
    redis.resume();
    assert.match(console.warn.mock.calls.at(-1).arguments[0], /is unavailable/);
  });

  test('treats a request log in another format as absent, and continues to use Redis', async (t) => {
    const redis = await startRedis(t);
    moveClock(t);
    // The limiters of earlier tests also log that their Redis is unavailable.
    const settings = { redis: { url: redis.url, variable: 'THIS_REDIS_URL' } };
    const assertWell = (message) => {
      const said = console.warn.mock.calls.map(({ arguments: [text] }) => text).filter((text) => text.includes('THIS_REDIS_URL'));
      assert.deepEqual(said, [], message);
    };
    const reader = new Redis(redis.url);
    t.after(() => reader.disconnect());
    await limiterOf(30, settings).acquire(ACCOUNT, GROUP);
    const key = (await reader.keys('*')).find((name) => !name.endsWith(':life'));
    for (const [index, spoil] of [
      () => reader.lpush(key, 'x'), () => reader.set(key, 'x'), () => reader.hset(key, 'x', '1'), () => reader.zadd(key, '-inf', 'x'),
    ].entries()) {
      await reader.del(key);
      await spoil();
      const line = start(limiterOf(30, settings), 30);
      await reached(line.count, 30);
      assertWell(String(index));
    }
    // Times in the distant future do not delay a request for longer than the window.
    await reader.del(key);
    for (let many = 0; many < 30; many += 1) await reader.zadd(key, '+inf', String(many));
    const error = await thrownBy(() => limiterOf(30, settings).acquire(ACCOUNT, GROUP, { maxWaitMs: 0 }));
    assert.equal(error.retryAfter, WINDOW);
    assertWell();
  });

  test('logs once that Redis rejects its commands, with the kind of failure', async (t) => {
    const redis = await startRedis(t);
    const admin = new Redis(redis.url);
    t.after(() => admin.disconnect());
    await admin.acl('SETUSER', 'reader', 'on', '>pass', '~*', '+@read', '+@connection');
    const limiter = limiterOf(30, {
      redis: { url: redis.url.replace('//', '//reader:pass@'), variable: 'THE_VARIABLE' },
    });
    await Promise.all(start(limiter, 5).takes);
    await sleep(3000);
    await Promise.all(start(limiter, 5).takes);
    const logged = console.warn.mock.calls.map(({ arguments: [text] }) => text).filter((text) => text.includes('THE_VARIABLE'));
    assert.equal(logged.length, 1, logged.join('\n'));
    assert.match(logged[0], /The Redis of THE_VARIABLE is unavailable \(permission\)\. /);
  });

  test('uses keys that expire, and that contain neither account nor credential', async (t) => {
    const redis = await startRedis(t);
    const bitbucket = await startSimulator(t, {
      accessTokens: [{ token: 'the-marked-token', kind: 'workspace', workspace: 'acme', scopes: ['repository'] }],
      apiTokens: [{ email: 'marked@ada.example', token: 'the-marked-token', scopes: ['read:repository:bitbucket'] }],
    });
    const { wrapper: Wrapper } = createEntry(simulatorEnvironment(bitbucket, {
      INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url,
    }));
    for (const config of [
      { type: 'api_key', token: 'the-marked-token' },
      { type: 'basic', email: 'marked@ada.example', token: 'the-marked-token' },
    ]) {
      await (await new Wrapper(config).authenticate()).get('/repositories/acme');
    }
    const reader = new Redis(redis.url);
    t.after(() => reader.disconnect());
    // One key each for the access token, for the API token before its user was known, and for the user.
    const keys = (await reader.keys('*')).filter((key) => key !== 'nocodb-bitbucket-auth:{rate}:life');
    assert.equal(keys.length, 3);
    const guessed = ['repositories email marked@ada.example', 'email marked@ada.example', 'marked@ada.example']
      .flatMap((name) => [createHash('sha256').update(name), createHmac('sha256', '').update(name)])
      .map((digest) => digest.digest('base64url'));
    for (const key of keys) {
      for (const guess of guessed) assert.ok(!key.includes(guess), 'the key cannot be computed from the email address');
      assert.match(key, /^nocodb-bitbucket-auth:\{rate\}:[\w-]{43}$/);
      const ttl = await reader.pttl(key);
      assert.ok(ttl > 0 && ttl <= WINDOW, String(ttl));
      assert.doesNotMatch(String(await reader.zrange(key, 0, -1)), /marked|ada/);
    }
  });
});
