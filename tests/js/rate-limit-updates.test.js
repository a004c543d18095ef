/** How the rate limit follows the limits in Bitbucket's responses. The tests advance the clock. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { thrownBy } from '../support/assertions.js';
import { settled } from '../support/clock.js';
import {
  ACCOUNT, GROUP, HOUR, MINUTE, SECOND, START, assertNoHourHasMore, limiterOf, moveClock, start, told,
} from './rate-limit-scene.js';

const DAY = 24 * HOUR;

describe('an update of the rate limit', () => {
  const LIMIT = 'x-ratelimit-limit';
  const NEAR = 'x-ratelimit-nearlimit';

  test('to a higher limit releases waiting requests at once', async (t) => {
    moveClock(t);
    const limiter = limiterOf(2);
    const line = start(limiter, 5);
    await settled(line.count);
    assert.equal(line.count(), 2);
    await limiter.onResponse(ACCOUNT, GROUP, told({ [LIMIT]: '4' }));
    await settled(line.count);
    assert.equal(line.count(), 4);
  });

  test('to a lower limit also applies to waiting requests', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(10);
    const line = start(limiter, 30);
    await settled(line.count);
    await limiter.onResponse(ACCOUNT, GROUP, told({ [LIMIT]: '5' }));
    await clock.until(line.count, 30);
    const times = line.times();
    assert.ok(times.slice(0, 10).every((at) => at === START));
    // The first ten requests count for an hour.
    assert.ok(times[10] - START >= HOUR);
    assertNoHourHasMore(times.slice(10), 5);
  });

  test('with an invalid value changes nothing', async (t) => {
    moveClock(t);
    const limiter = limiterOf(2);
    for (const value of ['0', '-1', 'many', '', '1e9', '99999999999']) {
      await limiter.onResponse(ACCOUNT, GROUP, told({ [LIMIT]: value, [NEAR]: 'perhaps' }));
    }
    const line = start(limiter, 3);
    await settled(line.count);
    assert.equal(line.count(), 2);
  });

  test('does not override a configured limit', async (t) => {
    moveClock(t);
    const limiter = limiterOf(2, { isRateLimitConfigured: true });
    await limiter.onResponse(ACCOUNT, GROUP, told({ [LIMIT]: '4' }));
    const line = start(limiter, 5);
    await settled(line.count);
    assert.equal(line.count(), 2);
  });

  test('with NearLimit counts the requests of other clients once', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(100);
    await Promise.all(start(limiter, 10).takes);
    const near = told({ [LIMIT]: '100', [NEAR]: 'True' });
    const observed = Promise.all(Array.from({ length: 10 }, () => limiter.onResponse(ACCOUNT, GROUP, near)));
    const early = start(limiter, 1);
    await observed;
    const line = start(limiter, 28);
    await settled(() => early.count() + line.count());
    // At least 80 of 100 requests were used before the early request, so 19 are left.
    assert.deepEqual([early.count(), line.count()], [1, 19]);
    await clock.until(line.count, 28);
  });

  test('with NearLimit changes nothing if it reports no requests of other clients', async (t) => {
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
    test(`by status 429 ${what} makes the whole account wait`, async (t) => {
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
    test(`by status 429 with ${JSON.stringify(headers)} sets a pause that the system clock does not affect`, async (t) => {
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

  test('by a date in Retry-After makes requests wait until the system clock shows that date', async (t) => {
    const clock = moveClock(t);
    clock.setAhead(DAY);
    const limiter = limiterOf(100);
    await limiter.onResponse(ACCOUNT, GROUP, told({ 'retry-after': new Date(Date.now() + 40 * SECOND).toUTCString() }, 429));
    const lines = [];
    const line = start(limiter, 1, { log: (text) => lines.push(text) });
    await settled(line.count);
    assert.match(lines[0], /asks this account to wait until 2026-11-25T08:03:57/);
    await clock.until(line.count, 1);
    assert.equal(performance.now(), 39 * SECOND + 877);
  });

  test('by status 429 without Retry-After pauses for half a minute, and then admits one request at a time', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(100);
    await limiter.onResponse(ACCOUNT, GROUP, told({}, 429));
    const line = start(limiter, 5);
    const others = start(limiter, 5, { account: 'user {another}' });
    await clock.move(30 * SECOND - 1);
    assert.deepEqual([line.count(), others.count()], [0, 5]);
    await clock.until(line.count, 5);
    // One request every 36 s, because an hour has room for a hundred requests.
    assert.deepEqual(line.times().map((at) => at - START), [30, 66, 102, 138, 174].map((seconds) => seconds * SECOND));
    await clock.move(HOUR);
    const later = start(limiter, 5);
    await settled(later.count);
    assert.equal(later.count(), 5);
  });

  test('by a further status 429 without Retry-After doubles the pause, up to an hour', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(1000);
    const pauses = [];
    for (let refusal = 0; refusal < 9; refusal += 1) {
      // Several requests are under way when the limit is reached. Their rejections count as one.
      for (let many = 0; many < 3; many += 1) await limiter.onResponse(ACCOUNT, GROUP, told({}, 429));
      const since = Date.now();
      const line = start(limiter, 1);
      await clock.until(line.count, 1);
      pauses.push(Date.now() - since);
    }
    assert.deepEqual(pauses, [0.5, 1, 2, 4, 8, 16, 32, 60, 60].map((minutes) => minutes * MINUTE));
    // After a request that Bitbucket accepts, the pauses begin with half a minute again.
    await limiter.onResponse(ACCOUNT, GROUP, told());
    await limiter.onResponse(ACCOUNT, GROUP, told({}, 429));
    const since = Date.now();
    const line = start(limiter, 1);
    await clock.until(line.count, 1);
    assert.equal(Date.now() - since, 30 * SECOND);
  });

  test('by status 429 is logged once, and a request that may not wait so long fails with the necessary wait', async (t) => {
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
    // The waiting time includes all requests that are ahead in the queue.
    const late = await thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { maxWaitMs: 15 * SECOND, log }));
    assert.ok(late.retryAfter > 100 * SECOND, String(late.retryAfter));
    await limiter.onResponse(ACCOUNT, GROUP, told({}, 429));
    await clock.until(line.count, 30);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0], /rejects this account's requests, because the account has used up its rate limit.*2026-11-24T08:03:47/);
    assert.doesNotMatch(lines[0], /the-account/);
  });

  test('by a Retry-After of more than a minute makes requests fail at once until only a minute is left', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(2);
    const lines = [];
    const log = (line) => lines.push(line);
    await Promise.all(start(limiter, 2).takes);
    const asleep = thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { log }));
    const behind = thrownBy(() => limiter.acquire(ACCOUNT, GROUP));
    await settled(() => 0);
    await limiter.onResponse(ACCOUNT, GROUP, told({ 'retry-after': '86400' }, 429));
    // The limiter shortens a Retry-After of a day to an hour, because Bitbucket counts the requests of an hour.
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
    const asking = lines.filter((text) => /asks this account to wait/.test(text));
    assert.equal(asking.length, 1, lines.join('\n'));
    assert.match(asking[0], /^Bitbucket asks this account to wait until 2026-11-24T09:03:17/);
  });

  test('by another status 429 may prolong a pause, but never shortens it', async (t) => {
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
