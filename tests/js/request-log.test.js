/** The request log of an account: the script in a real Redis and the log in the core, on the same mock clock. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import 'nocodb-bitbucket-auth';
import { moveClock } from '../support/clock.js';
import { Random } from '../support/random.js';
import { startRedis } from '../support/redis.js';

const file = (path) => new URL(path, import.meta.resolve('nocodb-bitbucket-auth/package.json'));
const { RedisRequestLogs } = await import(file('js/request-log.js'));
const { core } = await import(file('js/core.js'));

const HOUR = 60 * 60 * 1000;
const START = Date.parse('2026-11-24T08:03:17.123Z');

/** The number of simultaneous requests. Redis has one second to answer, and might not answer more requests in time. */
const AT_ONCE = 200;

test('the script in Redis and the core decide alike in 3,000 random sequences', async (t) => {
  const redis = await startRedis(t);
  const clock = moveClock(t, START);
  const warn = t.mock.method(console, 'warn', () => {});
  const shared = new RedisRequestLogs({ url: redis.url }, () => []);
  const window = core().rateLimitWindow();
  const random = new Random(17);
  const below = (bound) => random.integer(0, bound - 1);
  const { RequestLog } = core();
  const queryRedis = (key, query) => shared.query({ key, times: new RequestLog() }, query);
  const sequences = Array.from({ length: 3000 }, (_, index) => ({ key: `sequence-${index}`, log: new RequestLog(), numbers: [] }));
  const counts = { admitted: 0, delayed: 0, ofOtherClients: 0, cancelled: 0 };
  let number = 1;

  const step = async ({ key, log, numbers }) => {
    const now = performance.now();
    const first = number;
    number += 10;
    const kind = random.next();
    if (kind < 0.7) {
      const limit = 1 + below(6);
      const wait = log.waitTime(limit, now);
      if (wait === 0) {
        log.record(now, first, false);
        numbers.push(first);
      }
      counts[wait === 0 ? 'admitted' : 'delayed'] += 1;
      assert.equal(await queryRedis(key, { limit, number: first }), wait);
    } else if (kind < 0.85) {
      const used = 1 + below(8);
      const unknown = log.unloggedCount(used, now);
      for (let at = first; at < first + unknown; at += 1) log.record(now, at, false);
      counts.ofOtherClients += unknown;
      assert.equal(await queryRedis(key, { used, number: first }), unknown);
    } else if (numbers.length > 0) {
      const [cancelled] = numbers.splice(below(numbers.length), 1);
      log.remove(cancelled);
      counts.cancelled += 1;
      await shared.cancel(key, cancelled);
    }
  };

  for (let round = 0; round < 12; round += 1) {
    await clock.move([0, 1, below(window / 4), below(window), window - 1, window][below(6)], 0);
    for (let at = 0; at < sequences.length; at += AT_ONCE) await Promise.all(sequences.slice(at, at + AT_ONCE).map(step));
  }
  assert.ok(Object.values(counts).every((many) => many > 1000), JSON.stringify(counts));
  assert.deepEqual(warn.mock.calls, []);
});

test('each request runs one script in Redis, and two requests in the same microsecond count as two', async (t) => {
  const redis = await startRedis(t);
  moveClock(t, START);
  const reader = new Redis(redis.url);
  t.after(() => reader.disconnect());
  const shared = new RedisRequestLogs({ url: redis.url }, () => []);
  const times = new (core().RequestLog)();
  await shared.query({ key: 'account', times }, { limit: 5, number: 1 });
  const scripts = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await reader.info('commandstats'))[1]);
  const before = await scripts();
  for (let number = 2; number <= 5; number += 1) assert.equal(await shared.query({ key: 'account', times }, { limit: 5, number }), 0);
  assert.ok(await shared.query({ key: 'account', times }, { limit: 5, number: 6 }) >= HOUR);
  assert.equal(await scripts() - before, 5);
  assert.equal(await reader.zcard('nocodb-bitbucket-auth:{rate}:account'), 5);
});

test('requests that a process sent without Redis are later logged in Redis with their times, and count once', async (t) => {
  const redis = await startRedis(t);
  const clock = moveClock(t, START);
  const reader = new Redis(redis.url);
  t.after(() => reader.disconnect());
  const shared = new RedisRequestLogs({ url: redis.url }, () => []);
  const times = new (core().RequestLog)();
  const log = { key: 'account', times };
  for (let number = 1; number <= 2500; number += 1) times.record(performance.now(), number, true);
  await clock.move(HOUR / 2, 0);
  const window = core().rateLimitWindow();
  assert.equal(await shared.query(log, { limit: 2500, number: 3000 }), window - HOUR / 2);
  const count = () => reader.zcard('nocodb-bitbucket-auth:{rate}:account');
  assert.equal(await count(), 2500);
  // After an outage, the process does not know which requests Redis still has.
  times.markAllUnshared();
  assert.equal(await shared.query(log, { limit: 2501, number: 3001 }), 0);
  assert.equal(await count(), 2501);
  assert.deepEqual([...times.unshared(10, performance.now())], []);
  // Redis keeps the time that it already has for a request.
  const score = () => reader.zrange('nocodb-bitbucket-auth:{rate}:account', -1, -1, 'WITHSCORES');
  const last = await score();
  times.record(performance.now() - 1000, 3001, true);
  await shared.query(log);
  assert.deepEqual(await score(), last);
  await clock.move(window - HOUR / 2, 0);
  assert.equal(await shared.query(log, { limit: 2, number: 3002 }), 0);
  assert.equal(await count(), 2);
});
