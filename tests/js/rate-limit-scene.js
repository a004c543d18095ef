/** Shared helpers for the tests of the rate limit: a moved clock, a limiter, and requests that wait in its queue. */
import assert from 'node:assert/strict';
// Loads the core, which the rate limit needs.
import 'nocodb-bitbucket-auth';
import { moveClock as moveClockFrom } from '../support/clock.js';

export const { RateLimiter, rateLimiterOf } = await import(
  new URL('js/rate-limit.js', import.meta.resolve('nocodb-bitbucket-auth/package.json')));

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const START = Date.parse('2026-11-24T08:03:17.123Z');

export const ACCOUNT = 'user {the-account}';
export const GROUP = 'repositories';

/** Network operations count as finished if nothing happens for this long. */
export const QUIET_WITH_SOCKETS_MS = 150;

export const moveClock = (t) => moveClockFrom(t, START);

export const limiterOf = (rateLimit, more) => new RateLimiter({ rateLimit, isRateLimitConfigured: false, ...more });

/** Starts many requests that wait until the limiter admits them, and records when it admits each. */
export function start(limiter, many, { account = ACCOUNT, group = GROUP, ...options } = {}) {
  const passed = [];
  const takes = Array.from({ length: many }, (_, index) => limiter.acquire(account, group, options).then(() => {
    passed.push({ index, at: Date.now() });
  }));
  return { passed, takes, count: () => passed.length, times: () => passed.map(({ at }) => at) };
}

/** Asserts that no hour, wherever it begins, contains more of these times than the limit. */
export function assertNoHourHasMore(times, limit) {
  const sorted = times.toSorted((a, b) => a - b);
  sorted.slice(limit).forEach((time, index) => {
    assert.ok(time - sorted[index] >= HOUR, `request ${index + limit + 1} was sent ${time - sorted[index]} ms after the ${limit}th request before it`);
  });
}

/** The part of a response that updates the rate limit. */
export const told = (headers = {}, status = 200) => ({ status, headers });
