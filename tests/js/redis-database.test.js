/**
 * Which database of NocoDB's Redis the plugin uses, and what happens when the plugin's data is lost, with a real Redis. The
 * plugin marks the database that it has found with a key, the marker.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createEntry } from 'nocodb-bitbucket-auth';
import { startSimulator } from '../support/bitbucket.js';
import { simulatorEnvironment } from '../support/environment.js';
import { startRedis } from '../support/redis.js';
import { waitFor } from '../support/waiting.js';
import { openStore as openNamedStore } from './shared-store-scene.js';
import { PREFIX, entry, startStoreProcess } from './shared-stores.js';

const { RateLimiter } = await import(
  new URL('js/rate-limit.js', import.meta.resolve('nocodb-bitbucket-auth/package.json')));

const MARK = 'nocodb-bitbucket-auth:database';
const DEAD = { dead: true, diedAt: 1 };
const MINUTE = 60 * 1000;

/** Opens a token store as the plugin does when only `NC_REDIS_URL` is set. Returns the store and the list of its log messages. */
const openStore = (t, url, more) => openNamedStore(t, url, { variable: 'NC_REDIS_URL', searchesDatabase: true, ...more });

/** Returns `at(n)`, which gives a client for database n. */
function databases(t, url) {
  const clients = new Map();
  t.after(() => [...clients.values()].forEach((client) => client.disconnect()));
  return (number) => {
    if (!clients.has(number)) clients.set(number, new Redis(url, { db: number }));
    return clients.get(number);
  };
}

/** The numbers of the databases that contain keys of the plugin, and of those that contain its marker. */
async function places(at, many = 16) {
  const found = { used: [], marked: [] };
  for (let number = 0; number < many; number += 1) {
    const keys = await at(number).keys('*nocodb-bitbucket-auth:*');
    if (keys.length > 0) found.used.push(number);
    if (keys.some((key) => key.endsWith(MARK))) found.marked.push(number);
  }
  return found;
}

/** Asserts that two token stores share their tokens and locks. */
async function assertShared(one, other, name = 'shared') {
  assert.equal(await one.publish(name, entry(`${name} later`, 1)), true);
  assert.equal((await other.find(name))?.key, `${name} later`);
  const lock = await one.lock(name);
  assert.ok(lock.fence > 0);
  assert.equal(await other.lock(name), undefined);
  await lock.release();
}

describe("the plugin's own database in NocoDB's Redis", () => {
  test('is an unused database, and nothing is logged', async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    await at(0).set('nc:noco:root:x', 'y');
    const { store: one, logged } = openStore(t, url);
    const { store: other, logged: alsoLogged } = openStore(t, url, { namespace: 'another client' });
    await one.publish('a', entry('b', 1));
    await other.publish('a', entry('c', 1));
    assert.deepEqual(await places(at), { used: [15], marked: [15] });
    assert.deepEqual(await at(0).keys('*'), ['nc:noco:root:x']);
    await assertShared(one, openStore(t, url).store);
    assert.deepEqual([...logged, ...alsoLogged], []);
    const expiresIn = await at(15).pttl(MARK);
    assert.ok(expiresIn > 94 * 24 * 60 * MINUTE && expiresIn <= 95 * 24 * 60 * MINUTE);
  });

  test('is neither a database with keys of other programs nor one that does not exist', async (t) => {
    const { url } = await startRedis(t, '--databases', '5');
    const at = databases(t, url);
    for (const number of [1, 2, 3]) await at(number).set('of others', number);
    const { store, logged } = openStore(t, url);
    await store.publish('a', entry('b', 1));
    assert.deepEqual(await places(at, 5), { used: [4], marked: [4] });
    for (const number of [1, 2, 3]) assert.deepEqual(await at(number).keys('*'), ['of others']);
    await assertShared(store, openStore(t, url).store);
    assert.deepEqual(logged, []);
  });

  test('is the only free database, even if another one contains almost only keys of the plugin', async (t) => {
    const { url } = await startRedis(t, '--databases', '20');
    const at = databases(t, url);
    for (let number = 1; number < 20; number += 1) {
      if (number === 17) continue;
      // A single key of another program among many of the plugin is easily overlooked.
      if (number === 15) await at(number).mset(Object.fromEntries(Array.from({ length: 500 }, (_, key) => [`${PREFIX}${key}`, ''])));
      await at(number).hset('of others', 'x', number);
    }
    const { store } = openStore(t, url);
    await store.publish('a', entry('b', 1));
    assert.deepEqual(await at(17).keys(`${PREFIX}*`).then((keys) => keys.length > 0), true);
    assert.deepEqual((await places(at, 20)).marked, [17]);
  });

  test("is never the database that NocoDB uses, whatever its number", async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    const { store } = openStore(t, `${url}/15`);
    await store.publish('a', entry('b', 1));
    assert.deepEqual(await places(at), { used: [14], marked: [14] });
    const { store: named } = openStore(t, url, { database: 14 });
    assert.equal((await named.find('a'))?.key, undefined);
  });

  test('is not an empty database that another variable of NocoDB names', async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    const { store } = openStore(t, url, { otherDatabases: [15, 14] });
    await store.publish('a', entry('b', 1));
    assert.deepEqual(await places(at), { used: [13], marked: [13] });
    // A process without those variables uses the database with the marker, too.
    const { store: other } = openStore(t, url);
    assert.ok(await other.find('a'));
  });

  test('is the database that already has keys of the plugin', async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    const { store: written } = openStore(t, `${url}/6`, { searchesDatabase: false });
    await written.publish('a', entry('b', 1));
    assert.deepEqual(await places(at), { used: [6], marked: [] });
    const { store } = openStore(t, url);
    assert.equal((await store.find('a')).key, 'b');
    assert.deepEqual(await places(at), { used: [6], marked: [6] });
  });

  test('is the configured database, whatever it contains, and is not marked', async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    await at(7).set('of others', 'x');
    const { store, logged } = openStore(t, url, { database: 7, searchesDatabase: false });
    await store.publish('a', entry('b', 1));
    assert.deepEqual(await places(at), { used: [7], marked: [] });
    await openStore(t, url, { database: 0, searchesDatabase: false }).store.publish('a', entry('b', 1));
    assert.deepEqual(await places(at), { used: [0, 7], marked: [] });
    assert.deepEqual(logged, []);
  });

  test('contains keys that begin with the key prefix in the URL', async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    await at(15).set('of others', 'x');
    const prefixed = `${url}?keyPrefix=nc%3A`;
    const { store: one } = openStore(t, prefixed);
    await assertShared(one, openStore(t, prefixed).store);
    assert.deepEqual(await places(at), { used: [14], marked: [14] });
    assert.equal(await at(14).exists(`nc:${MARK}`), 1);
  });

  test('keeps its keys when NocoDB empties database 0, whether the plugin is connected or not', async (t) => {
    const redis = await startRedis(t);
    const at = databases(t, redis.url);
    const { store: one } = openStore(t, redis.url);
    const lock = await one.lock('a');
    await one.publish('a', entry('b', lock.fence));
    await at(0).set('nc:noco:root:x', 'y');
    await at(0).flushdb();
    assert.ok(lock.isHeld());
    const { store: other } = openStore(t, redis.url);
    assert.equal((await other.find('a')).key, 'b');
    assert.equal(await other.lock('a'), undefined);
    await at(0).client('KILL', 'TYPE', 'normal');
    await at(0).flushdb();
    await waitFor(async () => {
      const again = await one.lock('c');
      await again.release();
      return again.fence > 0;
    }, 'Redis is used again');
    assert.equal((await openStore(t, redis.url).store.find('a')).key, 'b');
    assert.deepEqual((await places(at)).marked, [15]);
  });

  test('is the same for many processes that start together, even while keys of other programs come and go', async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    let isOver = false;
    const others = (async () => {
      for (let step = 0; !isOver; step += 1) {
        const number = 9 + step % 7;
        await (step % 2 ? at(number).flushdb() : at(number).set('of others', 'x'));
      }
    })();
    const options = { url, variable: 'NC_REDIS_URL', searchesDatabase: true, limits: { reconnection: 100 } };
    const processes = Array.from({ length: 4 }, () => startStoreProcess(t, options));
    await Promise.all(processes.map((process, index) => process.ask('publish', `key ${index}`, entry(`of ${index}`, 1))));
    isOver = true;
    await others;
    // With these commands, a process notices that its database was emptied or contains keys of other programs.
    for (let round = 0; round < 2; round += 1) {
      for (const process of processes) await process.ask('find', 'anything');
    }
    for (let index = 0; index < processes.length; index += 1) {
      for (const process of processes) {
        await waitFor(async () => (await process.ask('find', `key ${index}`))?.key === `of ${index}`, `key ${index} is known`);
      }
    }
    assert.equal((await places(at)).marked.length, 1);
  });

  test('is left by all processes when keys of other programs appear in it', async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    const { store: one, logged } = openStore(t, url);
    await one.publish('a', entry('b', 1));
    await one.publish('x', entry('x', 1, DEAD));
    await at(15).set('of others', 'x');
    const { store: other } = openStore(t, url);
    await other.publish('c', entry('d', 1));
    assert.deepEqual((await places(at)).marked, [14]);
    assert.equal((await one.find('c')).key, 'd');
    await waitFor(async () => (await other.find('a'))?.key === 'b', 'the first store publishes its tokens again');
    await waitFor(async () => (await other.find('x'))?.value.dead, 'the first store publishes its tombstone again');
    await assertShared(one, other);
    assert.equal(await at(15).get('of others'), 'x');
    assert.deepEqual(logged, []);
  });
});

describe('NocoDB\'s own database', () => {
  const stays = (reason) => new RegExp(
    `^WARN redis-database-shared: The plugin shares database 0 of the Redis of NC_REDIS_URL with NocoDB, because ${reason}\\. NocoDB empties .* `
    + 'Set INTEGRATION_AUTH_BITBUCKET_REDIS_URL to .*');

  /** Asserts that token stores and rate limiters work in NocoDB's own database, with one warning, which gives this reason. */
  async function assertWorksThere(t, url, at, reason) {
    const warn = t.mock.method(console, 'warn', () => {});
    const { store: one, logged } = openStore(t, url);
    const { store: other, logged: alsoLogged } = openStore(t, url);
    await assertShared(one, other);
    await one.publish('x', entry('x', 1, DEAD));
    const limiter = new RateLimiter({
      rateLimit: 10, isRateLimitConfigured: true, redis: { url, variable: 'NC_REDIS_URL', searchesDatabase: true },
    });
    await limiter.acquire('account', 'group');
    const all = [...logged, ...alsoLogged, ...warn.mock.calls.map(({ arguments: [line] }) => line)]
      // The rate limiters of earlier tests log that their Redis is unavailable.
      .filter((line) => line.includes('NC_REDIS_URL') && !line.includes('(not reachable)'));
    assert.equal(all.length, 1, all.join('\n'));
    assert.match(all[0], stays(reason));
    assert.ok((await at(0).keys('*nocodb-bitbucket-auth:*')).length > 3);
    // When NocoDB starts, it empties its database.
    await at(0).flushdb();
    await one.lock('anything');
    const { store: stranger } = openStore(t, url);
    await waitFor(async () => (await stranger.find('x'))?.value.dead, 'the tombstone is published again');
    assert.equal((await stranger.find('shared')).key, 'shared later');
    assert.equal(all.length, 1);
    return one;
  }

  test('is used when Redis has no other database', async (t) => {
    const { url } = await startRedis(t, '--databases', '1');
    await assertWorksThere(t, url, databases(t, url), 'it has no other database');
  });

  for (const command of ['select', 'scan']) {
    test(`is used when the Redis user may not run ${command}`, async (t) => {
      const { url } = await startRedis(t);
      const at = databases(t, url);
      await at(0).acl('SETUSER', 'nocodb', 'on', '>pass', '~*', '+@all', `-${command}`);
      const address = url.replace('//', '//nocodb:pass@');
      await assertWorksThere(t, address, at, 'its user lacks the permissions to find another database');
      assert.deepEqual((await places(at)).used, [0]);
    });
  }

  test("is not used when the Redis user may not read the marker in the plugin's database, and the marker stays", async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    const { store: one } = openStore(t, url);
    await one.publish('a', entry('b', 1));
    const mark = await at(15).get(MARK);
    await at(0).acl('SETUSER', 'nocodb', 'on', '>pass', '~*', '+@all', '-get');
    const { store: other, logged } = openStore(t, url.replace('//', '//nocodb:pass@'));
    await other.publish('c', entry('d', 1));
    assert.match(logged.join('\n'), /is unavailable \(permission\)/);
    assert.equal(await at(15).get(MARK), mark);
    assert.deepEqual((await places(at)).used, [15]);
  });

  test('is used in a cluster', async (t) => {
    const { url } = await startRedis(t, '--cluster-enabled', 'yes');
    const at = databases(t, url);
    await at(0).call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await waitFor(async () => (await at(0).call('CLUSTER', 'INFO')).includes('cluster_state:ok'), 'the cluster works');
    await assertWorksThere(t, url, at, 'it is part of a cluster, which has no other database');
  });

  test('is used when all other databases are in use, until one of them is free', async (t) => {
    const { url } = await startRedis(t, '--databases', '4');
    const at = databases(t, url);
    for (const number of [1, 2, 3]) await at(number).set('of others', 'x');
    const one = await assertWorksThere(t, url, at, 'all of its other databases contain keys of other software');
    for (const number of [1, 2, 3]) assert.deepEqual(await at(number).keys('*'), ['of others']);
    await at(2).flushdb();
    const { store: newcomer } = openStore(t, url);
    await newcomer.publish('n', entry('m', 1));
    assert.deepEqual((await places(at, 4)).marked, [2]);
    assert.equal((await one.find('n')).key, 'm');
    await assertShared(one, newcomer, 'moved');
    await waitFor(async () => (await newcomer.find('shared'))?.key === 'shared later', 'the tokens are published again');
  });
});

describe('a loss of data in Redis', () => {
  const losses = {
    'the plugin uses the configured database': [{ searchesDatabase: false }, 0],
    'the plugin found its database': [{}, 15],
  };
  for (const [what, [more, number]] of Object.entries(losses)) {
    test(`makes a process publish its known data once more after its next command (${what})`, async (t) => {
      const { url } = await startRedis(t);
      const at = databases(t, url);
      const { store: one, logged } = openStore(t, url, more);
      const { store: other } = openStore(t, url, more);
      await other.lock('other');
      let fence = 0;
      for (let times = 0; times < 5; times += 1) {
        const lock = await one.lock('a');
        fence = lock.fence;
        await lock.release();
      }
      await one.publish('a', entry('b', fence));
      await one.publish('b', entry('c', fence));
      await one.publish('x', entry('x', fence, DEAD));
      await one.recordRefusal('x');
      await one.recordGrant(MINUTE);
      // The counter of the fences is lost, too, and restarts at the current time in hundredths of a second. This test took more
      // than one lock in a hundredth of a second, so it waits until the time is past the last fence.
      await sleep(200);
      const scripts = {
        lock: async () => (await one.lock('lock')).release(),
        find: () => one.find('anything'),
        publish: () => one.publish('p', entry('q', 1)),
        refusals: () => one.tokenEndpointHistory('y'),
        recordGrant: () => one.recordGrant(2 * MINUTE),
      };
      for (const [name, script] of Object.entries(scripts)) {
        await at(number).flushdb();
        // Fences never decrease, not even for a process that knows only lower ones.
        const next = await other.lock(`after ${name}`);
        assert.ok(next.fence > fence, name);
        fence = next.fence;
        await script();
        const { store: stranger } = openStore(t, url, more);
        await waitFor(async () => (await stranger.find('b'))?.key === 'c', `${name}: tokens are published again`);
        await waitFor(async () => (await stranger.find('x'))?.value.dead, `${name}: the tombstone is published again`);
        await waitFor(async () => (await stranger.tokenEndpointHistory('y')).othersRefusedAgo >= 0, `${name}: refusals are published again`);
        assert.ok((await stranger.tokenEndpointHistory('y')).grantedAgo >= MINUTE);
        await stranger.close();
      }
      assert.deepEqual(logged, []);
    });
  }

  test('makes even a process that sends no commands publish its known data once more', async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    const { store, logged } = openStore(t, url, { limits: { watch: 200 } });
    await store.publish('a', entry('b', 1));
    for (let times = 0; times < 2; times += 1) {
      await at(15).flushdb();
      await waitFor(async () => (await at(15).exists(`${PREFIX}pair:b`)) === 1, 'the tokens are published again');
    }
    assert.equal((await openStore(t, url).store.find('a')).key, 'b');
    await store.close();
    await at(15).flushdb();
    await sleep(500);
    assert.deepEqual((await places(at)).used, []);
    assert.deepEqual(logged, []);
  });

  test('may include a lock, whose holder notices the loss when it next extends the lock', async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    const { store: one } = openStore(t, url, { limits: { lock: 600 } });
    const { store: other } = openStore(t, url, { limits: { lock: 600 } });
    const lock = await one.lock('a');
    await sleep(100);
    await at(15).flushdb();
    const taken = await other.lock('a');
    assert.ok(taken.fence > lock.fence);
    await waitFor(() => !lock.isHeld(), 'the loss is noticed', 550);
    await lock.release();
    assert.ok(taken.isHeld());
    assert.equal(await one.lock('a'), undefined);
  });

  test('makes many simultaneous operations search the databases only once', async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    const { store } = openStore(t, url);
    await store.publish('a', entry('b', 1));
    await at(15).flushdb();
    await at(0).config('RESETSTAT');
    const found = await Promise.all(Array.from({ length: 50 }, () => store.find('a')));
    assert.ok(found.every((entry) => entry?.key === 'b'));
    const [, calls] = /cmdstat_scan:calls=(\d+)/.exec(await at(0).info('commandstats'));
    assert.ok(Number(calls) <= 2 * 16, `${calls} times`);
  });

  test('does not reduce the number of requests that the rate limit has counted', async (t) => {
    const { url } = await startRedis(t);
    const at = databases(t, url);
    const limiterOf = () => new RateLimiter({
      rateLimit: 30, isRateLimitConfigured: true, redis: { url, searchesDatabase: true },
    });
    const send = async (limiter, many) => {
      const takes = Array.from({ length: many }, () => limiter.acquire('account', 'group', { maxWaitMs: 0 }));
      return (await Promise.allSettled(takes)).filter(({ status }) => status === 'fulfilled').length;
    };
    const [one, other] = [limiterOf(), limiterOf()];
    assert.equal(await send(one, 10), 10);
    assert.equal(await send(other, 10), 10);
    const { used } = await places(at);
    assert.deepEqual(used, [15]);
    await at(15).flushdb();
    // Both limiters publish their requests again, and neither admits another request before both have done so.
    assert.equal(await send(one, 1), 0);
    assert.equal(await send(other, 1), 0);
    assert.equal(await send(limiterOf(), 20), 10);
  });
});

test("tokens and rate limits of a connection are in the same database, and nothing is in NocoDB's own", async (t) => {
  const redis = await startRedis(t);
  const at = databases(t, redis.url);
  const bitbucket = await startSimulator(t, {
    accessTokens: [{ token: 'the-token', kind: 'workspace', workspace: 'acme', scopes: ['repository'] }],
  });
  const { wrapper: Wrapper } = createEntry(simulatorEnvironment(bitbucket, { NC_REDIS_URL: redis.url }));
  await (await new Wrapper({ type: 'api_key', token: 'the-token' }).authenticate()).get('/repositories/acme');
  await openStore(t, redis.url).store.publish('a', entry('b', 1));
  assert.deepEqual(await places(at), { used: [15], marked: [15] });
  const keys = await at(15).keys('*');
  assert.ok(keys.some((key) => key.startsWith('nocodb-bitbucket-auth:{rate}:')));
  const { wrapper: Named } = createEntry(simulatorEnvironment(bitbucket, {
    NC_REDIS_URL: redis.url, INTEGRATION_AUTH_BITBUCKET_REDIS_DATABASE: '3',
  }));
  await (await new Named({ type: 'api_key', token: 'the-token' }).authenticate()).get('/repositories/acme');
  assert.deepEqual(await places(at), { used: [3, 15], marked: [15] });
});
