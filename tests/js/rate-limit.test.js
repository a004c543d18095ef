/**
 * The rate limit, by itself and through the whole client, on a moved clock: in memory, with a real Redis, and with
 * Bitbucket's own counting in the simulator.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { BitbucketAuthError, createEntry } from 'nocodb-bitbucket-auth';
import { thrownBy, warningsOf } from '../support/assertions.js';
import { startSimulator } from '../support/bitbucket.js';
import { moveClock as moveClockFrom, reached, settled } from '../support/clock.js';
import { environment, simulatorEnvironment } from '../support/environment.js';
import { runJsonFixture } from '../support/fixtures.js';
import { json, serve } from '../support/http-server.js';
import { startRedis } from '../support/redis.js';

const { RateLimiter, rateLimiterOf } = await import(
  new URL('js/rate-limit.js', import.meta.resolve('nocodb-bitbucket-auth/package.json')));

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** For how long a request counts. */
const WINDOW = HOUR + 5 * SECOND;

const START = Date.parse('2026-11-24T08:03:17.123Z');

const VARIABLE = 'INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT';
const ACCOUNT = 'user {the-account}';
const GROUP = 'repositories';

/** What needs sockets is done, when for so long nothing more came of it. */
const QUIET_WITH_SOCKETS_MS = 150;

/** As it is before anybody moves it. */
const realNow = performance.now.bind(performance);

const moveClock = (t) => moveClockFrom(t, START);

const limiterOf = (rateLimit, more) => new RateLimiter({ rateLimit, isRateLimitConfigured: false, ...more });

/** Has many wait for their turn, and notes when each gets it. */
function start(limiter, many, { account = ACCOUNT, group = GROUP, ...options } = {}) {
  const passed = [];
  const takes = Array.from({ length: many }, (_, index) => limiter.acquire(account, group, options).then(() => {
    passed.push({ index, at: Date.now() });
  }));
  return { passed, takes, count: () => passed.length, times: () => passed.map(({ at }) => at) };
}

/** That no hour, wherever it begins, has more of these times than the limit. */
function assertNoHourHasMore(times, limit) {
  const sorted = times.toSorted((a, b) => a - b);
  sorted.slice(limit).forEach((time, index) => {
    assert.ok(time - sorted[index] >= HOUR, `request ${index + limit + 1} came ${time - sorted[index]} ms after one too many`);
  });
}

/** What an answer tells of the limit. */
const told = (headers = {}, status = 200) => ({ status, headers });

describe('a rolling hour', () => {
  test('3,000 requests with a limit of 1,000: none over it in any hour, none lost, in order', async (t) => {
    const clock = moveClock(t);
    const { passed, takes, count, times } = start(limiterOf(1000), 3000);
    await clock.until(count, 3000);
    await Promise.all(takes);
    assert.deepEqual(passed.map(({ index }) => index), Array.from({ length: 3000 }, (_, index) => index));
    assertNoHourHasMore(times(), 1000);
    // Nobody waits longer than necessary.
    assert.equal(times().at(-1) - START, 2 * WINDOW);
  });

  test('requests that trickle in all day long keep to it', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(60);
    const times = [];
    let asked = 0;
    for (let minute = 0; minute < 8 * 60; minute += 1) {
      // More in some minutes than in others, and more in all than the limit.
      for (let i = minute % 7; i > 0; i -= 2) {
        asked += 1;
        limiter.acquire(ACCOUNT, GROUP).then(() => times.push(Date.now()));
      }
      await clock.move(MINUTE, 0);
    }
    assert.ok(times.length > 7 * 60 * 0.9 && times.length < asked, `${times.length} of ${asked}`);
    assertNoHourHasMore(times, 60);
  });

  test('a burst of 500 goes at once, and so does what the hour has left', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(1000);
    const first = start(limiter, 500);
    await Promise.all(first.takes);
    await clock.move(10 * MINUTE);
    const second = start(limiter, 501);
    await settled(second.count);
    assert.equal(second.count(), 500);
    assert.ok(first.times().every((at) => at === START));
    assert.ok(second.times().every((at) => at === START + 10 * MINUTE));
    // What was sent first is over first, and the last one needs no more.
    await clock.until(second.count, 501);
    assert.equal(Date.now(), START + WINDOW);
  });

  test('what waited for an hour counts for an hour of its own, however long ago it was asked for', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(20);
    const first = start(limiter, 40);
    await clock.until(first.count, 40);
    await clock.move(71 * MINUTE - WINDOW);
    const second = start(limiter, 20);
    await clock.until(second.count, 20);
    assertNoHourHasMore([...first.times(), ...second.times()], 20);
  });

  test('whoever sets the time of day changes nothing', async (t) => {
    const clock = moveClock(t);
    for (const ahead of [71 * MINUTE, -HOUR, -71 * MINUTE]) {
      const limiter = limiterOf(5);
      await Promise.all(start(limiter, 5).takes);
      clock.setAhead(ahead);
      const line = start(limiter, 5);
      await clock.move(WINDOW - 1);
      assert.equal(line.count(), 0);
      await clock.move(1);
      assert.equal(line.count(), 5);
    }
  });

  test('accounts and groups of resources have limits of their own', async (t) => {
    moveClock(t);
    const limiter = limiterOf(3);
    const lines = [
      {}, { account: 'user {another}' }, { group: 'others' },
    ].map((whose) => start(limiter, 5, whose));
    await settled(() => lines.reduce((sum, { count }) => sum + count(), 0));
    assert.deepEqual(lines.map(({ count }) => count()), [3, 3, 3]);
  });
});

describe('the queue', () => {
  test('overflows with an error that says when to come back and what to do', async (t) => {
    moveClock(t);
    const limiter = limiterOf(1);
    await limiter.acquire(ACCOUNT, GROUP);
    const line = start(limiter, 10_000);
    await settled(line.count);
    const error = await thrownBy(() => limiter.acquire(ACCOUNT, GROUP));
    assert.ok(error instanceof BitbucketAuthError);
    assert.equal(error.code, 'API_RATE_LIMITED');
    assert.equal(error.phase, 'api');
    assert.equal(error.retryable, true);
    assert.equal(error.retryAfter, WINDOW);
    assert.match(error.message, /10000 requests of this account wait already; send fewer.*_RATE_LIMIT/);
    assert.equal(line.count(), 0);
    // Another account is not concerned.
    await limiter.acquire('user {another}', GROUP);
  });

  test('a burst that overflows before anybody knows of a wait says when to come back, too', async (t) => {
    moveClock(t);
    const limiter = limiterOf(20_000);
    const results = Array.from({ length: 10_001 }, () => limiter.acquire(ACCOUNT, GROUP).then(() => 'sent', (error) => error));
    const error = await results.at(-1);
    assert.equal(error.code, 'API_RATE_LIMITED');
    assert.ok(error.retryAfter > 0);
    assert.ok((await Promise.all(results.slice(0, -1))).every((result) => result === 'sent'));
  });

  test('a waiter that goes takes no place and costs nothing', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(2);
    const controller = new AbortController();
    await Promise.all(start(limiter, 2).takes);
    // The one that sleeps, and some behind it.
    const leaving = Array.from({ length: 5 }, () => (
      thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { signal: controller.signal }))));
    const staying = start(limiter, 2);
    await settled(staying.count);
    controller.abort();
    for (const error of await Promise.all(leaving)) assert.equal(error.code, 'REQUEST_ABORTED');
    await clock.until(staying.count, 2);
    assert.equal(Date.now() - START, WINDOW);
  });

  test('who was gone before, or goes while it is counted, costs nothing', async (t) => {
    moveClock(t);
    const limiter = limiterOf(2);
    const gone = await thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { signal: AbortSignal.abort() }));
    assert.equal(gone.code, 'REQUEST_ABORTED');
    const controller = new AbortController();
    const going = thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { signal: controller.signal }));
    await Promise.resolve();
    controller.abort();
    assert.equal((await going).code, 'REQUEST_ABORTED');
    const rest = start(limiter, 3);
    await settled(rest.count);
    assert.equal(rest.count(), 2);
  });

  test('who has no patience is told at once how long it would be, and the log says so once to who has', async (t) => {
    moveClock(t);
    const limiter = limiterOf(1);
    await limiter.acquire(ACCOUNT, GROUP);
    const lines = [];
    const waiting = start(limiter, 1, { log: (line) => lines.push(line) });
    await settled(waiting.count);
    const error = await thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { maxWaitMs: 15 * SECOND }));
    assert.equal(error.code, 'API_RATE_LIMITED');
    assert.match(error.message, /Try again later, in 3605 seconds/);
    assert.equal(lines.length, 1);
    assert.match(lines[0], new RegExp(`limit \\(1 an hour\\) is used up until 2026-11-24T09:03:22.*Requests that wait in turn: 1\\. ${VARIABLE}`));
    assert.doesNotMatch(lines[0], /the-account/);
  });
});

describe('what Bitbucket tells', () => {
  const LIMIT = 'x-ratelimit-limit';
  const NEAR = 'x-ratelimit-nearlimit';

  test('a higher limit lets those that wait go at once', async (t) => {
    moveClock(t);
    const limiter = limiterOf(2);
    const line = start(limiter, 5);
    await settled(line.count);
    assert.equal(line.count(), 2);
    await limiter.onResponse(ACCOUNT, GROUP, told({ [LIMIT]: '4' }));
    await settled(line.count);
    assert.equal(line.count(), 4);
  });

  test('a lower limit holds for those that wait, too', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(10);
    const line = start(limiter, 30);
    await settled(line.count);
    await limiter.onResponse(ACCOUNT, GROUP, told({ [LIMIT]: '5' }));
    await clock.until(line.count, 30);
    const times = line.times();
    assert.ok(times.slice(0, 10).every((at) => at === START));
    // The ten count until they are over.
    assert.ok(times[10] - START >= HOUR);
    assertNoHourHasMore(times.slice(10), 5);
  });

  test('nonsense changes nothing', async (t) => {
    moveClock(t);
    const limiter = limiterOf(2);
    for (const value of ['0', '-1', 'many', '', '1e9', '99999999999']) {
      await limiter.onResponse(ACCOUNT, GROUP, told({ [LIMIT]: value, [NEAR]: 'perhaps' }));
    }
    const line = start(limiter, 3);
    await settled(line.count);
    assert.equal(line.count(), 2);
  });

  test('a configured number wins', async (t) => {
    moveClock(t);
    const limiter = limiterOf(2, { isRateLimitConfigured: true });
    await limiter.onResponse(ACCOUNT, GROUP, told({ [LIMIT]: '4' }));
    const line = start(limiter, 5);
    await settled(line.count);
    assert.equal(line.count(), 2);
  });

  test('NearLimit counts what others sent, once, whoever hears of it', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(100);
    await Promise.all(start(limiter, 10).takes);
    const near = told({ [LIMIT]: '100', [NEAR]: 'True' });
    const observed = Promise.all(Array.from({ length: 10 }, () => limiter.onResponse(ACCOUNT, GROUP, near)));
    const early = start(limiter, 1);
    await observed;
    const line = start(limiter, 28);
    await settled(() => early.count() + line.count());
    // 80 of 100 at least were used before the early one: 19 are left.
    assert.deepEqual([early.count(), line.count()], [1, 19]);
    await clock.until(line.count, 28);
  });

  test('NearLimit that tells nothing new takes nothing away', async (t) => {
    moveClock(t);
    const limiter = limiterOf(100);
    await Promise.all(start(limiter, 90).takes);
    await limiter.onResponse(ACCOUNT, GROUP, told({ [LIMIT]: '100', [NEAR]: 'true' }));
    await limiter.onResponse(ACCOUNT, GROUP, told({ [LIMIT]: '100', [NEAR]: 'false' }));
    const line = start(limiter, 11);
    await settled(line.count);
    assert.equal(line.count(), 10);
  });

  const refusals = {
    'with Retry-After in seconds': [{ 'retry-after': '50' }, 50 * SECOND],
    'with Retry-After as a date': [{ 'retry-after': new Date(START + 40 * SECOND).toUTCString() }, 39 * SECOND + 877],
  };
  for (const [what, [headers, pause]] of Object.entries(refusals)) {
    test(`status 429 ${what} has all of the account wait`, async (t) => {
      const clock = moveClock(t);
      const limiter = limiterOf(100);
      await limiter.acquire(ACCOUNT, GROUP);
      await limiter.onResponse(ACCOUNT, GROUP, told(headers, 429));
      const line = start(limiter, 5);
      const others = start(limiter, 5, { account: 'user {another}' });
      await clock.move(pause - SECOND);
      assert.equal(line.count(), 0);
      assert.equal(others.count(), 5);
      await clock.move(SECOND);
      assert.equal(line.count(), 5);
    });
  }

  for (const [headers, pause] of [[{ 'retry-after': '2' }, 2 * SECOND], [{}, 30 * SECOND]]) {
    test(`the pause after status 429 with ${JSON.stringify(headers)} is as long when somebody sets the time of day`, async (t) => {
      const clock = moveClock(t);
      for (const ahead of [-HOUR, HOUR]) {
        const limiter = limiterOf(1000);
        await limiter.onResponse(ACCOUNT, GROUP, told(headers, 429));
        clock.setAhead(ahead);
        const line = start(limiter, 1);
        await clock.move(pause - 1);
        assert.equal(line.count(), 0);
        await clock.move(1);
        assert.equal(line.count(), 1);
      }
    });
  }

  test('a date in Retry-After is one of the time of day', async (t) => {
    const clock = moveClock(t);
    clock.setAhead(DAY);
    const limiter = limiterOf(100);
    await limiter.onResponse(ACCOUNT, GROUP, told({ 'retry-after': new Date(Date.now() + 40 * SECOND).toUTCString() }, 429));
    const lines = [];
    const line = start(limiter, 1, { log: (text) => lines.push(text) });
    await settled(line.count);
    assert.match(lines[0], /asks to wait until 2026-11-25T08:03:57/);
    await clock.until(line.count, 1);
    assert.equal(performance.now(), 39 * SECOND + 877);
  });

  test('status 429 without Retry-After: half a minute, then one at a time at the pace of the limit', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(100);
    await limiter.onResponse(ACCOUNT, GROUP, told({}, 429));
    const line = start(limiter, 5);
    const others = start(limiter, 5, { account: 'user {another}' });
    await clock.move(30 * SECOND - 1);
    assert.deepEqual([line.count(), others.count()], [0, 5]);
    await clock.until(line.count, 5);
    // An hour has room for a hundred.
    assert.deepEqual(line.times().map((at) => at - START), [30, 66, 102, 138, 174].map((seconds) => seconds * SECOND));
    await clock.move(HOUR);
    const later = start(limiter, 5);
    await settled(later.count);
    assert.equal(later.count(), 5);
  });

  test('refusals without Retry-After in a row double the pause, up to an hour', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(1000);
    const pauses = [];
    for (let refusal = 0; refusal < 9; refusal += 1) {
      // Many are under way when the hour is used up: they are one refusal.
      for (let many = 0; many < 3; many += 1) await limiter.onResponse(ACCOUNT, GROUP, told({}, 429));
      const since = Date.now();
      const line = start(limiter, 1);
      await clock.until(line.count, 1);
      pauses.push(Date.now() - since);
    }
    assert.deepEqual(pauses, [0.5, 1, 2, 4, 8, 16, 32, 60, 60].map((minutes) => minutes * MINUTE));
    // A request that Bitbucket takes ends the row.
    await limiter.onResponse(ACCOUNT, GROUP, told());
    await limiter.onResponse(ACCOUNT, GROUP, told({}, 429));
    const since = Date.now();
    const line = start(limiter, 1);
    await clock.until(line.count, 1);
    assert.equal(Date.now() - since, 30 * SECOND);
  });

  test('an hour that is used up is in the log once, and a dialog is told how long it would be', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(1000);
    const lines = [];
    const log = (line) => lines.push(line);
    await limiter.onResponse(ACCOUNT, GROUP, told({}, 429));
    const line = start(limiter, 30, { log });
    await settled(line.count);
    const early = await thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { maxWaitMs: 15 * SECOND, log }));
    assert.deepEqual([early.code, early.retryAfter], ['API_RATE_LIMITED', 30 * SECOND]);
    await clock.until(line.count, 1);
    // All that are ahead of it count, too.
    const late = await thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { maxWaitMs: 15 * SECOND, log }));
    assert.ok(late.retryAfter > 100 * SECOND, String(late.retryAfter));
    await limiter.onResponse(ACCOUNT, GROUP, told({}, 429));
    await clock.until(line.count, 30);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0], /refuses this account's requests: its hour is used up.*2026-11-24T08:03:47/);
    assert.doesNotMatch(lines[0], /the-account/);
  });

  test('a wait of more than a minute is told to each caller at once, counts down, and is waited for in its last minute', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(2);
    const lines = [];
    const log = (line) => lines.push(line);
    await Promise.all(start(limiter, 2).takes);
    const asleep = thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { log }));
    const behind = thrownBy(() => limiter.acquire(ACCOUNT, GROUP));
    await settled(() => 0);
    await limiter.onResponse(ACCOUNT, GROUP, told({ 'retry-after': '86400' }, 429));
    // No more than the rolling hour is believed.
    for (const error of await Promise.all([asleep, behind])) {
      assert.deepEqual([error.code, error.retryable, error.retryAfter], ['API_RATE_LIMITED', true, HOUR]);
    }
    await clock.move(10 * MINUTE);
    const later = await thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { log }));
    assert.deepEqual([later.code, later.retryAfter], ['API_RATE_LIMITED', 50 * MINUTE]);
    await clock.move(49 * MINUTE - 1);
    assert.equal((await thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { log }))).retryAfter, MINUTE + 1);
    await clock.move(1);
    const line = start(limiter, 1, { log });
    await settled(line.count);
    assert.equal(line.count(), 0);
    await clock.until(line.count, 1);
    assert.ok(Date.now() >= START + HOUR);
    const asking = lines.filter((text) => /asks to wait/.test(text));
    assert.equal(asking.length, 1, lines.join('\n'));
    assert.match(asking[0], /^Bitbucket asks to wait until 2026-11-24T09:03:17/);
  });

  test('a later refusal prolongs a pause and never shortens it', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(100);
    const line = [];
    await limiter.onResponse(ACCOUNT, GROUP, told({ 'retry-after': '60' }, 429));
    await limiter.onResponse(ACCOUNT, GROUP, told({}, 429));
    limiter.acquire(ACCOUNT, GROUP).then(() => line.push('sent'));
    await clock.move(59 * SECOND);
    await limiter.onResponse(ACCOUNT, GROUP, told({ 'retry-after': '60' }, 429));
    await clock.move(59 * SECOND);
    assert.deepEqual(line, []);
    await clock.move(SECOND);
    assert.deepEqual(line, ['sent']);
  });
});

describe('with Redis', () => {
  // Limiters outlive their test, and its Redis.
  beforeEach((t) => t.mock.method(console, 'warn', () => {}));

  const both = (lines) => () => lines.reduce((sum, { count }) => sum + count(), 0);

  test('two processes keep the limit together, and neither loses a request or its order', async (t) => {
    const redis = await startRedis(t);
    const clock = moveClock(t);
    // Two limiters share nothing but that Redis.
    const lines = [1, 2].map(() => start(limiterOf(100, { redis: { url: redis.url } }), 125));
    await clock.through(both(lines), [100, 200, 250], () => lines.filter(({ count }) => count() < 125).length);
    for (const { passed } of lines) {
      assert.deepEqual(passed.map(({ index }) => index), Array.from({ length: 125 }, (_, index) => index));
    }
    assertNoHourHasMore(lines.flatMap(({ times }) => times()), 100);
  });

  test('a process of its own counts in the same place', async (t) => {
    const redis = await startRedis(t);
    const take = (many) => runJsonFixture(t, 'rate-limit.js', [many, 20], { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url });
    // Each takes what it gets within a moment, in one process after the other.
    assert.deepEqual([await take(15), await take(15)], [15, 5]);
  });

  test('what one process learns of others is counted once', async (t) => {
    const redis = await startRedis(t);
    moveClock(t);
    const limiters = [1, 2].map(() => limiterOf(100, { redis: { url: redis.url } }));
    const near = told({ 'x-ratelimit-nearlimit': 'true' });
    await Promise.all(limiters.map((limiter) => limiter.onResponse(ACCOUNT, GROUP, near)));
    const lines = limiters.map((limiter) => start(limiter, 30));
    await reached(both(lines), 20);
    await settled(both(lines), QUIET_WITH_SOCKETS_MS);
    assert.equal(both(lines)(), 20);
  });

  test('no answer, however odd, has so many counted that nobody gets through', async (t) => {
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

  test('answers that tell of others while requests are counted hold none of those up', async (t) => {
    const redis = await startRedis(t);
    moveClock(t);
    const limiter = limiterOf(100, { redis: { url: redis.url } });
    const near = told({ 'x-ratelimit-nearlimit': 'true' });
    const observed = Array.from({ length: 10 }, () => limiter.onResponse(ACCOUNT, GROUP, near));
    const line = start(limiter, 20);
    await Promise.all(observed);
    await reached(line.count, 20);
  });

  test('twenty processes keep the limit together', async (t) => {
    const redis = await startRedis(t);
    const take = () => runJsonFixture(t, 'rate-limit.js', [20, 100], { INTEGRATION_AUTH_BITBUCKET_REDIS_URL: redis.url });
    let taken = 0;
    // More at once would have a small machine so busy that they take Redis for dead.
    for (let pair = 0; pair < 10; pair += 1) {
      const [one, other] = await Promise.all([take(), take()]);
      taken += one + other;
    }
    assert.equal(taken, 100);
  });

  test('processes whose clocks are years apart are counted alike', async (t) => {
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

  test('twenty processes pass on what a Redis has lost, and what they sent while it was away, once', async (t) => {
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
    // Not the one in which those that come back try whether they can do everything.
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
    // Nothing but this log is lost, as where memory is used up, so no mark tells of it: each tells with its next request.
    await reader.del(await log());
    await send(1);
    const rest = limiters.map((limiter) => start(limiter, 1));
    lines.push(...rest);
    await settled(both(rest), QUIET_WITH_SOCKETS_MS);
    await clock.through(both(rest), [0, 20], () => 20);
    assertNoHourHasMore(lines.flatMap(({ times }) => times()), 100);
  });

  test('that lost its data, nobody sends before all others have passed on what they sent', async (t) => {
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
    // The other one does nothing, and notices all the same.
    for (const end = realNow() + 20 * SECOND; await counted() < 24;) assert.ok(realNow() < end);
    assert.equal(line.count(), 0);
    await clock.move(7 * SECOND, QUIET_WITH_SOCKETS_MS);
    await reached(line.count, 6);
    await settled(line.count, QUIET_WITH_SOCKETS_MS);
    assert.equal(line.count(), 6);
    await clock.until(line.count, 20, QUIET_WITH_SOCKETS_MS);
    assertNoHourHasMore([...first, line].flatMap(({ times }) => times()), 30);
  });

  test('that goes away and comes back empty, no request is lost and none too many', async (t) => {
    const redis = await startRedis(t);
    const clock = moveClock(t);
    const limiter = limiterOf(30, { redis: { url: redis.url, variable: 'THIS_REDIS_URL' } });
    const line = start(limiter, 20);
    await Promise.all(line.takes);
    await redis.kill();
    const second = start(limiter, 10);
    await Promise.all(second.takes);
    // Those of earlier tests say that theirs is gone, too.
    const said = (words) => console.warn.mock.calls.filter(({ arguments: [text] }) => words.test(text)).length;
    await reached(() => said(/THIS_REDIS_URL cannot be used/), 1);
    await clock.during(redis.restart());
    await reached(() => said(/THIS_REDIS_URL can be used again/), 1);
    assert.ok(said(/THIS_REDIS_URL.*cannot be used.*keeps to the rate limit on its own/) > 0);
    const third = start(limiter, 20);
    // Others may have to notice the loss first.
    await clock.through(third.count, [0, 0, 20]);
    assertNoHourHasMore([line, second, third].flatMap(({ times }) => times()), 30);
  });

  test('that hangs, requests go on', async (t) => {
    const redis = await startRedis(t);
    const limiter = limiterOf(30, { redis: { url: redis.url } });
    await limiter.acquire(ACCOUNT, GROUP);
    redis.pause();
    const line = start(limiter, 20);
    await Promise.all(line.takes);
    redis.resume();
    assert.match(console.warn.mock.calls.at(-1).arguments[0], /cannot be used/);
  });

  test('a log that nobody kept is as good as not there, and Redis goes on being used', async (t) => {
    const redis = await startRedis(t);
    moveClock(t);
    // Those of earlier tests say that their Redis is gone.
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
    // Times that are far ahead hold nobody up for longer than anything else does.
    await reader.del(key);
    for (let many = 0; many < 30; many += 1) await reader.zadd(key, '+inf', String(many));
    const error = await thrownBy(() => limiterOf(30, settings).acquire(ACCOUNT, GROUP, { maxWaitMs: 0 }));
    assert.equal(error.retryAfter, WINDOW);
    assertWell();
  });

  test('that refuses what it is asked is told once, and with the kind of trouble', async (t) => {
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
    const told = console.warn.mock.calls.map(({ arguments: [text] }) => text).filter((text) => text.includes('THE_VARIABLE'));
    assert.equal(told.length, 1, told.join('\n'));
    assert.match(told[0], /The Redis of THE_VARIABLE cannot be used \(permission\): /);
  });

  test('the keys hold neither account nor credential, and end by themselves', async (t) => {
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
    // The access token, the API token until it was known to be this user's, and the user.
    const keys = (await reader.keys('*')).filter((key) => key !== 'nocodb-bitbucket-auth:{rate}:life');
    assert.equal(keys.length, 3);
    const guessed = ['repositories email marked@ada.example', 'email marked@ada.example', 'marked@ada.example']
      .flatMap((name) => [createHash('sha256').update(name), createHmac('sha256', '').update(name)])
      .map((digest) => digest.digest('base64url'));
    for (const key of keys) {
      for (const guess of guessed) assert.ok(!key.includes(guess), 'whoever knows the address can find it');
      assert.match(key, /^nocodb-bitbucket-auth:\{rate\}:[\w-]{43}$/);
      const ttl = await reader.pttl(key);
      assert.ok(ttl > 0 && ttl <= WINDOW, String(ttl));
      assert.doesNotMatch(String(await reader.zrange(key, 0, -1)), /marked|ada/);
    }
  });
});

describe('through the whole client', () => {
  // All of a process share one limiter, so each test has an account of its own.
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

  /** Sends many at once and notes what comes of each. */
  function send(client, many, path = '/repositories/acme') {
    const statuses = [];
    const requests = Array.from({ length: many }, () => client.get(path).then(({ status }) => statuses.push(status)));
    return { statuses, count: () => statuses.length, all: () => Promise.all(requests) };
  }

  test('3,000 requests at once with a limit of 1,000: Bitbucket refuses none, and all are answered', async (t) => {
    const clock = moveClock(t);
    const bitbucket = await simulator(t, { rateLimit: 1000, repositories: 1 });
    const sent = send(await clientOf(simulatorEnvironment(bitbucket, PATIENT)), 3000);
    await clock.through(sent.count, [1000, 2000, 3000]);
    await sent.all();
    const { api } = bitbucket.control.stats();
    assert.deepEqual(api.byStatus, { 200: 3000 });
    assert.ok(Date.now() - START > 2 * HOUR);
  });

  test('a burst of 500 at once goes at once', async (t) => {
    moveClock(t);
    const bitbucket = await simulator(t, { rateLimit: 1000, repositories: 1 });
    const sent = send(await clientOf(simulatorEnvironment(bitbucket, PATIENT)), 500);
    await sent.all();
    assert.deepEqual(bitbucket.control.stats().api.byStatus, { 200: 500 });
    assert.equal(Date.now(), START);
  });

  test('the limit that Bitbucket tells is kept instead of the default', async (t) => {
    const clock = moveClock(t);
    const bitbucket = await simulator(t, { rateLimit: 40, repositories: 1 });
    const client = await clientOf(simulatorEnvironment(bitbucket, PATIENT));
    await client.get('/repositories/acme');
    const sent = send(client, 100);
    await clock.through(sent.count, [39, 79, 100]);
    await sent.all();
    assert.deepEqual(bitbucket.control.stats().api.byStatus, { 200: 101 });
  });

  test('a refusal has the others wait, and is repeated', async (t) => {
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

  test('a sync that Bitbucket refuses without Retry-After goes on when there is room, however long that takes', async (t) => {
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
    // Sockets answer in their own time.
    while (sent.count() < 5) await clock.move(30 * SECOND, QUIET_WITH_SOCKETS_MS);
    await sent.all();
    assert.ok(Date.now() - START < 40 * MINUTE);
    // All five at first, and then one at a time.
    assert.ok(refused <= 5 + 6, String(refused));
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0], /its hour is used up/);
  });

  test('what follows a redirect counts, and its refusal has the account wait', async (t) => {
    const clock = moveClock(t);
    const asked = [];
    const { origin } = await serve(t, ({ url }, response) => {
      asked.push(url);
      if (url === '/2.0/diffstat') response.writeHead(302, { location: '/2.0/diff' }).end();
      else if (Date.now() - START >= MINUTE) json(response, 200, {});
      else json(response, 429, { type: 'error', error: { message: 'Rate limit for this resource has been exceeded.' } });
    });
    const client = await clientOf(environment(origin, { ...PATIENT, [VARIABLE]: '6' }));
    const sent = send(client, 1, '/diffstat');
    await settled(() => asked.length, QUIET_WITH_SOCKETS_MS);
    await clock.move(20 * SECOND, QUIET_WITH_SOCKETS_MS);
    assert.equal(asked.length, 2, 'nobody asks again before half a minute is over');
    while (sent.count() < 1) await clock.move(MINUTE, QUIET_WITH_SOCKETS_MS);
    const later = send(client, 2, '/diff');
    await clock.move(30 * MINUTE, QUIET_WITH_SOCKETS_MS);
    assert.ok(asked.length <= 6, asked.join());
    while (later.count() < 2) await clock.move(HOUR, QUIET_WITH_SOCKETS_MS);
  });

  test('a request may still be sent once only, and a POST is', async (t) => {
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

  test('somebody who waits in a dialog is told when to come back', async (t) => {
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

  test('a signal ends the wait with an Axios error that says so', async (t) => {
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

  test('what people wait for in a dialog does not wait for an hour', async (t) => {
    moveClock(t);
    const { origin } = await serve(t, (_request, response) => json(response, 200, { values: [] }));
    const wrapper = new (createEntry(environment(origin, { ...PATIENT, [VARIABLE]: '1' })).wrapper)(accessToken);
    await wrapper.listRepositories({ workspace: 'acme' });
    const error = await thrownBy(() => wrapper.listRepositories({ workspace: 'acme' }));
    assert.equal(error.code, 'API_RATE_LIMITED');
    assert.equal(error.retryAfter, WINDOW);
  });

  test('wrappers of the same account share its limit; another account has its own', async (t) => {
    moveClock(t);
    const { origin, requests } = await serve(t, (_request, response) => json(response, 200, {}));
    const env = environment(origin, { ...PATIENT, [VARIABLE]: '3' });
    const clients = await Promise.all([
      clientOf(env),
      clientOf(env),
      clientOf(env, { type: 'basic', email: 'ada@example.com', token: 'one' }),
      clientOf(env, { type: 'basic', email: 'Ada@Example.com', token: 'two' }),
    ]);
    // The first answers prove whose the API tokens are.
    for (const client of clients.slice(2)) await client.get('/repositories/acme');
    await settled(() => requests.length, QUIET_WITH_SOCKETS_MS);
    const sent = clients.map((client) => send(client, 5));
    await settled(() => requests.length, QUIET_WITH_SOCKETS_MS);
    const [first, second, third, fourth] = sent.map(({ count }) => count());
    assert.deepEqual([first + second, third + fourth + 2], [3, 3]);
  });

  /** Answers as Bitbucket would to the credentials of two users. */
  const twoUsers = (t) => serve(t, (request, response) => {
    const user = { 'Bearer of-ada': '{ada}', 'Bearer of-eve': '{eve}' }[request.headers.authorization]
      ?? (request.headers.authorization === `Basic ${btoa('ada@example.com:of-ada')}` ? '{ada}' : undefined);
    if (!user) json(response, 401, { type: 'error', error: { message: 'Unauthorized' } });
    else json(response, 200, request.url === '/2.0/user' ? { uuid: user, type: 'user' } : { values: [] });
  });

  test('a credential that Bitbucket refuses uses up nobody\'s limit, whoever its config claims to be', async (t) => {
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

  test('tokens count for the user that Bitbucket tells, not for the one that a config claims', async (t) => {
    moveClock(t);
    const { origin, requests } = await twoUsers(t);
    const env = environment(origin, { ...PATIENT, [VARIABLE]: '4' });
    const asked = (token) => requests.filter(({ url, headers }) => (
      url === '/2.0/user' && headers.authorization === `Bearer ${token}`)).length;
    const eve = await clientOf(env, { type: 'oauth', oauth_token: 'of-eve', account: { uuid: '{ada}' } });
    for (let sent = 0; sent < 4; sent += 1) await eve.get('/repositories/acme');
    await reached(() => asked('of-eve'), 1);
    const ada = await clientOf(env, { type: 'oauth', oauth_token: 'of-ada', account: { uuid: '{ada}' } });
    await ada.get('/repositories/acme');
    await reached(() => asked('of-ada'), 1);
    await settled(() => requests.length, QUIET_WITH_SOCKETS_MS);
    // Both wrappers of one user share what is left; the first request counts, too.
    const { count } = send(ada, 5);
    const again = send(await clientOf(env, { type: 'oauth', oauth_token: 'of-ada', account: { uuid: '{ada}' } }), 5);
    await settled(() => requests.length, QUIET_WITH_SOCKETS_MS);
    assert.equal(count() + again.count(), 3);
    assert.deepEqual([asked('of-eve'), asked('of-ada')], [1, 1]);
  });

  test('requests that wait when it turns out whose they are keep to that account\'s limit', async (t) => {
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
    assert.ok(late.every((at) => at - START >= HOUR), 'more than three were sent');
    assertNoHourHasMore([...own.times().slice(3), ...more.times()], 3);
  });

  test(`${VARIABLE}=off: there is no limit`, async (t) => {
    moveClock(t);
    const { origin } = await serve(t, (_request, response) => json(response, 200, {}));
    for (const off of ['off', ' OFF ']) {
      await send(await clientOf(environment(origin, { ...PATIENT, [VARIABLE]: off })), 1200).all();
    }
    assert.equal(Date.now(), START);
    assert.equal(rateLimiterOf({ isRateLimitConfigured: true }), undefined);
  });

  test(`${VARIABLE} with a number: that is the limit, whatever Bitbucket tells`, async (t) => {
    moveClock(t);
    const { origin, requests } = await serve(t, (_request, response) => {
      json(response, 200, {}, { 'x-ratelimit-limit': '50' });
    });
    const client = await clientOf(environment(origin, { ...PATIENT, [VARIABLE]: ' 7 ' }));
    send(client, 20);
    // Not before the first one arrived: no NaN equals another.
    await settled(() => requests.length || NaN, QUIET_WITH_SOCKETS_MS);
    assert.equal(requests.length, 7);
  });

  for (const value of ['0', '-5', '1.5', '1e3', '1000001', 'on', 'unlimited']) {
    test(`${VARIABLE}=${value}: the log names it, and the default is kept`, (t) => {
      const made = createEntry(environment('https://bitbucket.example', { [VARIABLE]: value }));
      const warnings = warningsOf(t, () => assert.ok(made.form.some(({ type }) => type === 'oauth')));
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], new RegExp(`${VARIABLE} must be off, or a whole number`));
    });
  }
});

describe('memory', () => {
  test('accounts and clients that nobody uses any more are forgotten', async (t) => {
    const { origin } = await serve(t, (_request, response) => json(response, 200, {}));
    const { heldClients, accounts } = await runJsonFixture(t, 'forget.js', [], environment(origin));
    assert.equal(heldClients, 0);
    assert.ok(accounts < 200, `${accounts} bytes for each account`);
  });
});
