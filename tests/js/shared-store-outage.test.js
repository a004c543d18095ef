/** Locks and tokens while Redis is unavailable, and after Redis is available again. A fence is the number of a lock. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificates } from '../support/certificates.js';
import { freePort, listen } from '../support/http-server.js';
import { startRedis } from '../support/redis.js';
import { waitFor } from '../support/waiting.js';
import { DEAD, MINUTE, answering, openStore, rawClient } from './shared-store-scene.js';
import { entry, tokenSet, timed } from './shared-stores.js';

/** The files of a certificate from an unknown authority, and of the certificate's key. */
function filesOf(t) {
  const { files } = makeCertificates(t);
  return [files.certificate, files.key];
}

/** Asserts that a store works within one process, as it must with and without Redis. Returns the fence of its lock. */
async function worksWithinProcess(store) {
  const lock = await store.lock('one');
  assert.equal(await store.lock('one'), undefined);
  assert.ok(lock.isHeld());
  assert.equal(await store.publish('one', entry('two', lock.fence)), true);
  assert.equal(await store.publish('two', entry('three', lock.fence)), true);
  assert.deepEqual((await store.find('one')).value, tokenSet('three'));
  assert.deepEqual(store.findLocal('one').value, tokenSet('three'));
  await lock.release();
  assert.equal(lock.isHeld(), false);
  const next = await store.lock('one');
  assert.ok(next.isHeld());
  await next.release();
  return lock.fence;
}

const NAMED = 'The Redis of INTEGRATION_AUTH_BITBUCKET_REDIS_URL (or NC_REDIS_URL)';
const isUnavailableMessage = (message) => message.startsWith(`WARN redis-unavailable: ${NAMED} is unavailable (`);
const isAvailableMessage = (message) => message === `INFO redis-available: ${NAMED} is available again.`;

describe('a token store whose Redis is or was unavailable', () => {
  const SECRET = 'the-wrong-password';
  /** A Redis with a user who has these ACL rules. */
  const withRules = async (t, ...rules) => {
    const { url, port } = await startRedis(t);
    await rawClient(t, url).acl('SETUSER', 'nocodb', 'on', `>${SECRET}`, ...rules);
    return { port, user: 'nocodb' };
  };
  const impossible = {
    'no server listens at the port': ['not reachable', async () => ({ port: await freePort() })],
    'the host name does not exist': ['not reachable', async () => ({ host: 'redis.invalid' })],
    'Redis requires another password': ['password', (t) => startRedis(t, '--requirepass', 'another')],
    'Redis does not know the user': ['password', async (t) => ({ ...await startRedis(t), user: 'nobody' })],
    'Redis allows no scripts': ['permission', (t) => withRules(t, '~*', '+@all', '-@scripting')],
    'Redis forbids one command': ['permission', (t) => withRules(t, '~*', '+@all', '-pttl')],
    'Redis forbids the keys': ['permission', (t) => withRules(t, '~another:*', '+@all')],
    'Redis is a read-only replica': [
      'read-only', async (t) => startRedis(t, '--replicaof', `127.0.0.1 ${await freePort()}`),
    ],
    'Redis has too few replicas': ['too few replicas', (t) => startRedis(t, '--min-replicas-to-write', '1')],
    'Redis has no memory left': ['memory', (t) => startRedis(t, '--maxmemory', '1')],
    'Redis is a node of a cluster': ['cluster', (t) => startRedis(t, '--cluster-enabled', 'yes')],
    'Redis is a sentinel': ['sentinel or missing command', (t) => startRedis(t, '--sentinel')],
    'Redis does not have the database': [
      'database number', async (t) => ({ ...await startRedis(t, '--databases', '3'), database: 3 }),
    ],
    'Redis speaks only TLS': [
      'connection closed, perhaps because Redis requires rediss://',
      async (t) => startRedis(t, '--tls', ...filesOf(t)),
    ],
    'the certificate of Redis is from an unknown authority': [
      'certificate', async (t) => ({ ...await startRedis(t, '--tls', ...filesOf(t)), scheme: 'rediss' }),
    ],
    'the URL requires TLS, but Redis does not': ['no response', async (t) => ({ ...await startRedis(t), scheme: 'rediss' })],
    'Redis is still loading its data': [
      'loading', async (t) => ({ port: await answering(t, '-LOADING Redis is loading the dataset in memory\r\n') }),
    ],
    'the server never answers': ['no response', async (t) => ({ port: await answering(t) })],
    'the server is no Redis': ['not a Redis server', async (t) => ({ port: await answering(t, 'HTTP/1.1 400 Bad Request\r\n\r\n') })],
    'the server closes each connection': [
      'connection closed, perhaps because Redis requires rediss://',
      async (t) => ({ port: await listen(t, createServer((socket) => socket.destroy())) }),
    ],
  };
  for (const [what, [kind, start]] of Object.entries(impossible)) {
    test(`continues in memory and logs the reason once (${what})`, async (t) => {
      const warn = t.mock.method(console, 'warn', () => {});
      const error = t.mock.method(console, 'error', () => {});
      const { scheme = 'redis', user = '', host = '127.0.0.1', port = 6379, database = 0 } = await start(t);
      const address = `${host}:${port}`;
      const { store, logged } = openStore(t, `${scheme}://${user}:${SECRET}@${address}/${database}`);
      const first = await timed(() => store.find('one'));
      assert.equal(first.value, undefined);
      assert.ok(first.took < 2800, `the first operation took ${first.took} ms`);
      const rest = await timed(() => worksWithinProcess(store));
      assert.equal(rest.value, 0);
      assert.ok(rest.took < 500, `the other operations took ${rest.took} ms`);
      // Long enough for several attempts to connect if each attempt fails immediately.
      await sleep(500);
      assert.equal(logged.length, 1, logged.join('\n'));
      assert.equal(logged[0], `WARN redis-unavailable: ${NAMED} is unavailable (${kind}). Until it is available again, this process refreshes tokens on its own.`);
      for (const secret of [SECRET, address]) assert.ok(!logged[0].includes(secret));
      // No other line of the log mentions this Redis. The Redis client would warn, for example, that a server needs no password.
      const calls = [...warn.mock.calls, ...error.mock.calls].map(({ arguments: [line] }) => line);
      for (const line of calls) assert.ok(!line.includes(SECRET) && !line.includes(address), line);
    });
  }

  test('treats an invalid URL like a Redis that cannot be reached', async (t) => {
    const { store, logged } = openStore(t, 'redis://%zz:%zz@[');
    assert.equal(await worksWithinProcess(store), 0);
    assert.equal(logged.length, 1);
    assert.doesNotMatch(logged[0], /%zz/);
  });

  test('waits one second for a Redis that hangs, and does not wait again until Redis is back', async (t) => {
    const redis = await startRedis(t);
    const { store, logged } = openStore(t, redis.url);
    await store.publish('a', entry('b', 1));
    for (const operation of [
      () => store.find('a'),
      () => store.publish('b', entry('c', 2)),
      () => store.lock('c'),
    ]) {
      redis.pause();
      const { value, took } = await timed(operation);
      assert.ok(value);
      assert.ok(took > 900 && took < 1500, `the operation took ${took} ms`);
      const again = await timed(() => store.find('a'));
      assert.ok(again.value && again.took < 300, `the next operation took ${again.took} ms`);
      const count = logged.length;
      redis.resume();
      await waitFor(() => logged.length > count, 'Redis is back');
    }
    assert.deepEqual(logged.map(isUnavailableMessage), [true, false, true, false, true, false]);
    assert.deepEqual(logged.map(isAvailableMessage), [false, true, false, true, false, true]);
  });

  test('reconnects silently when Redis closes an idle connection', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { store, logged } = openStore(t, url);
    assert.equal(await store.find('a'), undefined);
    for (let times = 1; times <= 3; times += 1) {
      assert.equal(await raw.client('KILL', 'TYPE', 'normal'), 1);
      await waitFor(async () => {
        const lock = await store.lock('a');
        await lock.release();
        return lock.fence > 0;
      }, 'Redis is used again');
    }
    assert.deepEqual(logged, []);
  });

  test('logs a wrong password when the password of Redis has changed', async (t) => {
    const redis = await startRedis(t);
    const raw = rawClient(t, redis.url);
    const { store, logged } = openStore(t, redis.url);
    await store.find('a');
    await raw.config('SET', 'requirepass', 'another');
    await raw.client('KILL', 'TYPE', 'normal');
    await waitFor(() => logged.length > 0, 'the loss is logged');
    await sleep(300);
    assert.deepEqual(logged, [`WARN redis-unavailable: ${NAMED} is unavailable (password). Until it is available again, this process refreshes tokens on its own.`]);
  });

  test('waits only one second for a Redis that hangs when 50 operations run at the same time', async (t) => {
    const redis = await startRedis(t);
    const { store, logged } = openStore(t, redis.url);
    await store.publish('a', entry('b', 1));
    redis.pause();
    const { value, took } = await timed(() => Promise.all(Array.from({ length: 50 }, () => store.find('a'))));
    assert.ok(value.every(({ key }) => key === 'b'));
    assert.ok(took < 1500, `the 50 operations took ${took} ms`);
    assert.equal(logged.length, 1);
  });

  test('logs once that Redis is lost and once that Redis is back, and publishes the entries of the outage', async (t) => {
    const redis = await startRedis(t);
    const { store, logged } = openStore(t, redis.url);
    const { store: other } = openStore(t, redis.url);
    const before = await store.lock('a');
    await store.publish('a', entry('b', before.fence));
    await before.release();
    assert.equal((await other.find('a')).key, 'b');

    await redis.kill();
    const alone = await store.lock('b');
    assert.equal(alone.fence, 0);
    assert.ok(alone.isHeld());
    assert.equal(await store.publish('b', entry('c', alone.fence)), true);
    assert.equal(await store.publish('c', entry('d', alone.fence)), true);
    assert.equal(await store.publish('x', entry('x', alone.fence, DEAD)), true);
    await Promise.all([store.recordRefusal('x'), store.recordGrant(MINUTE), other.recordRefusal('y')]);
    await alone.release();
    assert.equal((await store.find('a')).key, 'd');
    // The other process still has the entry that it read from Redis.
    assert.equal((await other.find('a')).key, 'b');
    await sleep(500);
    assert.equal(logged.length, 1);

    await redis.restart();
    await waitFor(() => logged.length > 1, 'Redis is back');
    await sleep(200);
    assert.deepEqual(logged.map(isUnavailableMessage), [true, false]);
    assert.ok(isAvailableMessage(logged[1]));
    // A new process has no entries in memory, so it finds only those in Redis.
    const { store: stranger } = openStore(t, redis.url);
    for (const key of ['b', 'c', 'd']) assert.equal((await stranger.find(key))?.key, 'd', key);
    assert.deepEqual((await stranger.find('x')).value, DEAD);
    for (const key of ['x', 'y']) assert.ok((await stranger.tokenEndpointHistory(key)).othersRefusedAgo < 30_000, key);
    const { grantedAgo } = await other.tokenEndpointHistory('z');
    assert.ok(grantedAgo >= MINUTE - 1 && grantedAgo < MINUTE + 30_000);
    assert.equal((await other.find('a')).key, 'd');
    // The restarted Redis has lost its counter of fences, but no fence is issued twice.
    const after = await store.lock('d');
    assert.ok(after.fence > before.fence);
    await after.release();
  });

  test('keeps a newer access token with the same refresh token during the outage, and publishes it later', async (t) => {
    const redis = await startRedis(t);
    const { store, logged } = openStore(t, redis.url);
    await store.publish('a', entry('b', 5));
    await redis.kill();
    const newer = { ...tokenSet('b'), accessToken: 'newer' };
    assert.equal(await store.publish('b', entry('b', 0, newer)), true);
    assert.deepEqual((await store.find('a')).value, newer);
    await waitFor(() => logged.length > 0, 'the loss is logged');
    // Of two entries with the same fence, the later entry counts. `store` does not have the password, so `other` publishes first.
    await redis.restart('--requirepass', 'x');
    const address = redis.url.replace('//', '//:x@');
    const { store: other } = openStore(t, address);
    assert.equal(await other.publish('b', entry('b', 5)), true);
    await rawClient(t, address).config('SET', 'requirepass', '');
    await waitFor(() => logged.length > 1, 'Redis is back');
    await waitFor(async () => (await other.find('b')).value.accessToken === 'newer', 'the newer token is published again');
    assert.deepEqual((await store.find('b')).value, newer);
  });

  test("accepts another process's entry with a higher fence instead of publishing its own", async (t) => {
    const redis = await startRedis(t);
    const { store, logged } = openStore(t, redis.url);
    await store.publish('a', entry('b', 3));
    await redis.kill();
    assert.equal(await store.publish('b', entry('mine', 0)), true);
    await waitFor(() => logged.length > 0, 'the loss is logged');
    await redis.restart();
    // A new process has no tokens in memory, so it publishes its own entry first.
    const { store: other } = openStore(t, redis.url);
    assert.equal(await other.publish('b', entry('theirs', 7)), true);
    await waitFor(() => logged.length > 1, 'Redis is back');
    await waitFor(async () => (await store.find('b')).key === 'theirs', 'the first store has found the entry with the higher fence');
    for (const key of ['b', 'mine', 'theirs']) {
      assert.equal((await store.find(key)).key, 'theirs', key);
      assert.equal((await other.find(key)).key, 'theirs', key);
      assert.equal(store.findLocal(key).key, 'theirs', key);
    }
  });

  test('agrees on one successor with a process that refreshed the same token, even if Redis has lost all entries', async (t) => {
    const redis = await startRedis(t);
    const { store: one, logged } = openStore(t, redis.url);
    const { store: other, logged: alsoLogged } = openStore(t, redis.url);
    await other.find('a');
    await one.publish('a', entry('of one', 1));
    await redis.kill();
    // `other` has not read the entry that `one` published.
    assert.equal(await other.publish('a', entry('of other', 0)), true);
    await one.find('of one');
    await waitFor(() => logged.length > 0 && alsoLogged.length > 0, 'the loss is logged');
    await redis.restart();
    await waitFor(() => logged.length > 1 && alsoLogged.length > 1, 'Redis is back');
    // Each process looks only for the successor of its own tokens.
    const ends = async () => Promise.all([one.find('of one'), other.find('of other')]);
    await waitFor(async () => new Set((await ends()).map((end) => end?.key)).size === 1, 'both stores find the same tokens');
  });

  test('publishes tokens again if Redis has lost them, even without an outage', async (t) => {
    const redis = await startRedis(t);
    const { store } = openStore(t, redis.url);
    await store.publish('a', entry('b', 1));
    await store.publish('b', entry('c', 2));
    await rawClient(t, redis.url).flushall();
    assert.equal((await store.find('a')).key, 'c');
    const { store: other } = openStore(t, redis.url);
    assert.equal((await other.find('a')).key, 'c');
  });

  test("loses its lock when Redis is unavailable for longer than the lock's time limit", async (t) => {
    const redis = await startRedis(t);
    const { store } = openStore(t, redis.url, { limits: { lock: 1000 } });
    const lock = await store.lock('key');
    await redis.kill();
    await sleep(100);
    assert.ok(lock.isHeld());
    await waitFor(() => !lock.isHeld(), 'the lock is lost', 1500);
    await lock.release();
    assert.equal((await store.lock('key')).fence, 0);
  });
});
