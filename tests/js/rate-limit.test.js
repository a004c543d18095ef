/** The rate limit without a client: how many requests it admits in an hour, and its queue. The tests advance the clock. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BitbucketAuthError } from 'nocodb-bitbucket-auth';
import { thrownBy } from '../support/assertions.js';
import { settled } from '../support/clock.js';
import { environment } from '../support/environment.js';
import { runJsonFixture } from '../support/fixtures.js';
import { json, serve } from '../support/http-server.js';
import {
  ACCOUNT, GROUP, HOUR, MINUTE, SECOND, START, assertNoHourHasMore, limiterOf, moveClock, start,
} from './rate-limit-scene.js';

/** For how long the rate limit counts a request. */
const WINDOW = HOUR + 5 * SECOND;

const VARIABLE = 'INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT';

describe('the limit for a rolling hour', () => {
  test('admits 3,000 requests in order, and never more than 1,000 in an hour', async (t) => {
    const clock = moveClock(t);
    const { passed, takes, count, times } = start(limiterOf(1000), 3000);
    await clock.until(count, 3000);
    await Promise.all(takes);
    assert.deepEqual(passed.map(({ index }) => index), Array.from({ length: 3000 }, (_, index) => index));
    assertNoHourHasMore(times(), 1000);
    // No request waits longer than necessary.
    assert.equal(times().at(-1) - START, 2 * WINDOW);
  });

  test('holds for requests that arrive over many hours', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(60);
    const times = [];
    let requestCount = 0;
    for (let minute = 0; minute < 8 * 60; minute += 1) {
      // More requests arrive in some minutes than in others, and more in total than the limit allows.
      for (let i = minute % 7; i > 0; i -= 2) {
        requestCount += 1;
        limiter.acquire(ACCOUNT, GROUP).then(() => times.push(Date.now()));
      }
      await clock.move(MINUTE, 0);
    }
    assert.ok(times.length > 7 * 60 * 0.9 && times.length < requestCount, `${times.length} of ${requestCount}`);
    assertNoHourHasMore(times, 60);
  });

  test('admits a burst of 500 requests at once, and later the other requests that the hour allows', async (t) => {
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
    // When the first burst no longer counts, the last request is admitted.
    await clock.until(second.count, 501);
    assert.equal(Date.now(), START + WINDOW);
  });

  test('counts a delayed request from the time at which it is sent', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(20);
    const first = start(limiter, 40);
    await clock.until(first.count, 40);
    await clock.move(71 * MINUTE - WINDOW);
    const second = start(limiter, 20);
    await clock.until(second.count, 20);
    assertNoHourHasMore([...first.times(), ...second.times()], 20);
  });

  test('is not affected by a change of the system clock', async (t) => {
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

  test('applies to each account and each group of resources separately', async (t) => {
    moveClock(t);
    const limiter = limiterOf(3);
    const lines = [
      {}, { account: 'user {another}' }, { group: 'others' },
    ].map((whose) => start(limiter, 5, whose));
    await settled(() => lines.reduce((sum, { count }) => sum + count(), 0));
    assert.deepEqual(lines.map(({ count }) => count()), [3, 3, 3]);
  });
});

describe('the request queue', () => {
  test('refuses further requests when it is full, and says when to try again and what to do', async (t) => {
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
    assert.match(error.message, /10000 requests of this account are waiting already; send fewer.*_RATE_LIMIT/);
    assert.equal(line.count(), 0);
    // Other accounts are not affected.
    await limiter.acquire('user {another}', GROUP);
  });

  test('refuses the last request of a burst that is larger than the queue, and says when to try again', async (t) => {
    moveClock(t);
    const limiter = limiterOf(20_000);
    const results = Array.from({ length: 10_001 }, () => limiter.acquire(ACCOUNT, GROUP).then(() => 'sent', (error) => error));
    const error = await results.at(-1);
    assert.equal(error.code, 'API_RATE_LIMITED');
    assert.ok(error.retryAfter > 0);
    assert.ok((await Promise.all(results.slice(0, -1))).every((result) => result === 'sent'));
  });

  test('removes an aborted request, and does not count it', async (t) => {
    const clock = moveClock(t);
    const limiter = limiterOf(2);
    const controller = new AbortController();
    await Promise.all(start(limiter, 2).takes);
    // The first request in the queue waits until the limit admits it. The others wait behind the first request.
    const leaving = Array.from({ length: 5 }, () => (
      thrownBy(() => limiter.acquire(ACCOUNT, GROUP, { signal: controller.signal }))));
    const staying = start(limiter, 2);
    await settled(staying.count);
    controller.abort();
    for (const error of await Promise.all(leaving)) assert.equal(error.code, 'REQUEST_ABORTED');
    await clock.until(staying.count, 2);
    assert.equal(Date.now() - START, WINDOW);
  });

  test('does not count a request that is aborted before or during the counting', async (t) => {
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

  test('refuses a request at once if the wait would exceed its maximum, and logs once that other requests wait', async (t) => {
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
    assert.match(lines[0], new RegExp(`limit \\(1 an hour\\) is used up until 2026-11-24T09:03:22.*Waiting requests: 1\\. ${VARIABLE}`));
    assert.doesNotMatch(lines[0], /the-account/);
  });
});

test('the rate limiter frees the memory of accounts and clients that are no longer used', async (t) => {
  const { origin } = await serve(t, (_request, response) => json(response, 200, {}));
  const { heldClients, accounts } = await runJsonFixture(t, 'forget.js', [], environment(origin));
  assert.equal(heldClients, 0);
  assert.ok(accounts < 200, `${accounts} bytes for each account`);
});
