/** Who may refresh and which tokens are the newest: in one process, and in several through a real Redis. */
import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { makeCertificates } from '../support/certificates.js';
import { runJsonFixture } from '../support/fixtures.js';
import { freePort, listen } from '../support/http-server.js';
import { startRedis } from '../support/redis.js';
import { waitFor } from '../support/waiting.js';
import {
  ENCRYPTION_KEY, MemoryTokenStore, NAMESPACE, PREFIX, RedisTokenStore, entry, pair, startCoordinator, timed,
} from './coordinations.js';

const DEAD = { dead: true };
const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;

const { RateLimiter } = await import(
  new URL('js/rate-limit.js', import.meta.resolve('nocodb-bitbucket-auth/package.json')));

/** A coordination that ends with the test, and the list of what it says. */
function coordinate(t, url, more = {}) {
  const said = [];
  const coordination = new RedisTokenStore({
    url,
    namespace: NAMESPACE,
    encryptionKey: ENCRYPTION_KEY,
    log: (message) => said.push(message),
    ...more,
    // Tests do not wait for seconds until Redis is looked for again.
    limits: { reconnection: 100, ...more.limits },
  });
  t.after(() => coordination.close());
  return { coordination, said };
}

/** A client that sees what is in Redis. */
function rawClient(t, url) {
  const client = new Redis(url);
  t.after(() => client.disconnect());
  return client;
}

/** A certificate that nobody knows, and its key. */
function filesOf(t) {
  const { files } = makeCertificates(t);
  return [files.certificate, files.key];
}

/** A server that answers every chunk alike. */
function answering(t, reply) {
  return listen(t, createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => reply && socket.write(reply));
  }));
}

/** What a coordination has to do with and without Redis. */
async function worksWithinProcess(coordination) {
  const lock = await coordination.lock('one');
  assert.equal(await coordination.lock('one'), undefined);
  assert.ok(lock.isHeld());
  assert.equal(await coordination.publish('one', entry('two', lock.fence)), true);
  assert.equal(await coordination.publish('two', entry('three', lock.fence)), true);
  assert.deepEqual((await coordination.find('one')).value, pair('three'));
  assert.deepEqual(coordination.findLocal('one').value, pair('three'));
  await lock.release();
  assert.equal(lock.isHeld(), false);
  const next = await coordination.lock('one');
  assert.ok(next.isHeld());
  await next.release();
  return lock.fence;
}

const NAMED = 'The Redis of INTEGRATION_AUTH_BITBUCKET_REDIS_URL (or NC_REDIS_URL)';
const isToldLost = (message) => message.startsWith(`WARN redis-unavailable: ${NAMED} cannot be used (`);
const isToldBack = (message) => message === `INFO redis-available: ${NAMED} can be used again.`;

/** What both coordinations promise. `make(t)` gives one, or several that share what they know. */
function promises(make) {
  test('a lock is held by one at a time, and the later has the greater fence', async (t) => {
    const [one, other = one] = await make(t);
    const first = await one.lock('key');
    assert.equal(await other.lock('key'), undefined);
    assert.equal(await one.lock('key'), undefined);
    const elsewhere = await other.lock('another key');
    assert.ok(elsewhere.fence > first.fence);
    await first.release();
    assert.equal(first.isHeld(), false);
    const second = await other.lock('key');
    assert.ok(second.fence > elsewhere.fence);
    // A lock that was released is nobody's to release again.
    await first.release();
    assert.equal(await one.lock('key'), undefined);
    assert.ok(second.isHeld());
    await second.release();
  });

  test('of many who ask at once, one gets the lock', async (t) => {
    const all = await make(t);
    const locks = await Promise.all(Array.from({ length: 30 }, (_, index) => all[index % all.length].lock('key')));
    assert.equal(locks.filter(Boolean).length, 1);
    await locks.find(Boolean).release();
  });

  test('every older key leads to the newest tokens', async (t) => {
    const [one, other = one] = await make(t);
    assert.equal(await other.find('a'), undefined);
    assert.equal(await one.publish('a', entry('b', 1)), true);
    assert.equal(await other.publish('b', entry('c', 2)), true);
    for (const key of ['a', 'b', 'c']) {
      assert.deepEqual(await one.find(key), entry('c', 2));
      assert.deepEqual(await other.find(key), entry('c', 2));
    }
    assert.equal(await one.find('d'), undefined);
  });

  test('the same refresh token gets a newer access token, and is dead in the end', async (t) => {
    const [one, other = one] = await make(t);
    assert.equal(await one.publish('a', entry('b', 1)), true);
    const newer = { ...pair('b'), accessToken: 'newer' };
    assert.equal(await other.publish('b', entry('b', 2, newer)), true);
    assert.deepEqual((await one.find('a')).value, newer);
    // Of two, the one with the lower fence comes too late.
    assert.equal(await one.publish('b', entry('b', 1)), false);
    assert.deepEqual((await other.find('a')).value, newer);
    assert.equal(await one.publish('b', entry('b', 3, DEAD)), true);
    assert.deepEqual((await other.find('a')).value, DEAD);
  });

  test('what follows a refresh token is newer than news of that token itself, whatever the fences', async (t) => {
    const [one, other = one] = await make(t);
    assert.equal(await one.publish('a', entry('a', 9, DEAD)), true);
    assert.equal(await other.publish('a', entry('b', 1)), true);
    assert.equal((await one.find('a')).key, 'b');
    assert.equal(await one.publish('a', entry('a', 99, DEAD)), false);
    assert.equal((await other.find('a')).key, 'b');
  });

  test('of a fork, both branches lead to the one with the higher fence', async (t) => {
    const [one, other = one] = await make(t);
    assert.equal(await one.publish('a', entry('b', 5)), true);
    assert.equal(await other.publish('a', entry('late', 4)), false);
    for (const key of ['a', 'b', 'late']) assert.deepEqual(await other.find(key), entry('b', 5), key);
    assert.equal(await other.publish('a', entry('c', 6)), true);
    for (const key of ['a', 'b', 'late', 'c']) assert.deepEqual(await one.find(key), entry('c', 6), key);
    assert.equal(await one.publish('b', entry('d', 5)), false);
    for (const key of ['a', 'b', 'late', 'c', 'd']) assert.deepEqual(await other.find(key), entry('c', 6), key);
  });

  test('what is published late does not hide what followed it', async (t) => {
    const [one, other = one] = await make(t);
    assert.equal(await one.publish('b', entry('c', 2)), true);
    assert.equal(await other.publish('a', entry('b', 1)), false);
    for (const key of ['a', 'b', 'c']) assert.deepEqual(await one.find(key), entry('c', 2), key);
  });

  test('a refresh token that turns out to be alive is so for everybody', async (t) => {
    const [one, other = one] = await make(t);
    const dead = { ...DEAD, diedAt: 1000 };
    assert.equal(await one.publish('a', entry('b', 1)), true);
    assert.equal(await other.publish('b', entry('b', 2, dead)), true);
    for (const all of [one, other]) assert.deepEqual((await all.find('a')).value, dead);
    // What was obtained before the verdict proves nothing.
    assert.equal(await one.publish('b', entry('b', 1)), false);
    for (const all of [one, other]) assert.deepEqual((await all.find('a')).value, dead);
    assert.equal(await one.publish('b', entry('b', 2)), true);
    for (const all of [other, one]) {
      for (const key of ['a', 'b']) assert.deepEqual(await all.find(key), entry('b', 2));
    }
    assert.equal(await other.publish('b', entry('b', 3, dead)), true);
    assert.equal(await one.publish('b', entry('c', 4)), true);
    for (const all of [other, one]) assert.deepEqual(await all.find('a'), entry('c', 4));
  });

  test('the lock of the whole client is one like the others', async (t) => {
    const [one, other = one] = await make(t);
    const all = await one.lock('client');
    assert.equal(await other.lock('client'), undefined);
    const ofKey = await other.lock('a');
    assert.ok(all.isHeld() && ofKey.isHeld());
    await all.release();
    const next = await other.lock('client');
    assert.ok(next.fence > ofKey.fence);
    await Promise.all([ofKey.release(), next.release()]);
  });

  test('everybody knows how long ago which refusal was, and when what was granted was sent', async (t) => {
    const [one, other = one] = await make(t);
    const told = async (all, key) => JSON.parse(JSON.stringify(await all.tokenEndpointHistory(key)));
    /** That something was told to have been no earlier than that `performance.now()`, by clocks that round. */
    const isSince = (ago, earliest) => {
      const longest = performance.now() - earliest + 10;
      assert.ok(ago >= 0 && ago <= longest, `${ago} ms ago, and not ${longest}`);
    };
    assert.deepEqual(await told(one, 'a'), {});
    const start = performance.now();
    await one.recordRefusal('a');
    for (const all of [one, other]) {
      assert.deepEqual(Object.keys(await told(all, 'a')), ['refusedAgo']);
      assert.deepEqual(Object.keys(await told(all, 'b')), ['refusedAgo', 'othersRefusedAgo']);
      for (const ago of Object.values(await told(all, 'b'))) isSince(ago, start);
    }
    await sleep(300);
    const later = performance.now();
    await other.recordRefusal('b');
    await other.recordRefusal('b');
    for (const all of [one, other]) {
      for (const key of ['a', 'b', 'c']) {
        const { refusedAgo, othersRefusedAgo, ...more } = await told(all, key);
        isSince(refusedAgo, later);
        assert.deepEqual(more, {});
        if (key === 'b') {
          assert.ok(othersRefusedAgo - refusedAgo > 250, `${othersRefusedAgo - refusedAgo} ms between`);
          isSince(othersRefusedAgo, start);
        } else {
          assert.ok(Math.abs(othersRefusedAgo - refusedAgo) <= 10);
        }
      }
    }
    const granting = performance.now();
    for (const [all, minutes] of [[one, 20], [one, 2], [other, 25], [other, 31]]) await all.recordGrant(minutes * MINUTE);
    for (const all of [one, other]) {
      const { grantedAgo } = await told(all, 'a');
      assert.ok(grantedAgo >= 2 * MINUTE);
      isSince(grantedAgo, granting - 2 * MINUTE);
    }
  });

  test('keys that lead in a circle end at what was published last', async (t) => {
    const [one, other = one] = await make(t);
    assert.equal(await one.publish('a', entry('b', 1)), true);
    assert.equal(await other.publish('b', entry('a', 2)), true);
    for (const key of ['a', 'b']) assert.deepEqual(await one.find(key), entry('a', 2), key);
  });
}

describe('coordination in memory', () => {
  promises(async () => [new MemoryTokenStore()]);

  test('keeps a bounded number of older keys', async () => {
    const memory = new MemoryTokenStore();
    for (let number = 1; number <= 100; number += 1) {
      assert.equal(await memory.publish(`key ${number - 1}`, entry(`key ${number}`, number)), true);
    }
    const known = Array.from({ length: 101 }, (_, number) => memory.findLocal(`key ${number}`)).filter(Boolean);
    assert.equal(known.length, 24);
    for (const { key } of known) assert.equal(key, 'key 100');
    assert.equal(memory.findLocal('key 77').key, 'key 100');
  });

  test('forgets tokens that nobody renewed for three months', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 0 });
    const memory = new MemoryTokenStore();
    await memory.publish('a', entry('b', 1));
    t.mock.timers.setTime(89 * DAY);
    await memory.publish('c', entry('d', 2));
    assert.equal(memory.findLocal('a').key, 'b');
    t.mock.timers.setTime(91 * DAY);
    await memory.publish('e', entry('f', 3));
    assert.equal(memory.findLocal('a'), undefined);
    assert.equal(memory.findLocal('c').key, 'd');
  });

  test('forgets refusals and grants after half an hour, and those of the future at once', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 60 * MINUTE });
    const memory = new MemoryTokenStore();
    const known = async (key) => JSON.parse(JSON.stringify(await memory.tokenEndpointHistory(key)));
    for (let number = 0; number < 5000; number += 1) await memory.recordRefusal(`key ${number}`);
    await memory.recordGrant(10 * MINUTE);
    assert.equal(memory.recentRefusals().length, 2);
    t.mock.timers.setTime(80 * MINUTE - 1);
    assert.deepEqual(await known('key 4999'), {
      refusedAgo: 20 * MINUTE - 1, othersRefusedAgo: 20 * MINUTE - 1, grantedAgo: 30 * MINUTE - 1,
    });
    t.mock.timers.setTime(85 * MINUTE);
    await memory.recordRefusal('a');
    assert.deepEqual(await known('a'), { refusedAgo: 0, othersRefusedAgo: 25 * MINUTE });
    t.mock.timers.setTime(90 * MINUTE);
    assert.deepEqual(await known('a'), { refusedAgo: 5 * MINUTE });
    // Clocks are set back by a little all the time.
    t.mock.timers.setTime(85 * MINUTE - 500);
    assert.equal((await known('a')).refusedAgo, 0);
    t.mock.timers.setTime(80 * MINUTE);
    assert.deepEqual(await known('b'), { othersRefusedAgo: 20 * MINUTE, refusedAgo: 20 * MINUTE });
  });

  test('forgets everything when it is closed', async () => {
    const memory = new MemoryTokenStore();
    await memory.publish('a', entry('b', 1));
    await memory.close();
    assert.equal(memory.findLocal('a'), undefined);
  });
});

describe('coordination through a Redis that cannot be used', () => {
  const SECRET = 'the-wrong-password';
  /** A server of which a user may do what these rules say. */
  const withRules = async (t, ...rules) => {
    const { url, port } = await startRedis(t);
    await rawClient(t, url).acl('SETUSER', 'nocodb', 'on', `>${SECRET}`, ...rules);
    return { port, user: 'nocodb' };
  };
  const impossible = {
    'nobody listens': ['not reachable', async () => ({ port: await freePort() })],
    'there is no such name': ['not reachable', async () => ({ host: 'redis.invalid' })],
    'it asks for another password': ['password', (t) => startRedis(t, '--requirepass', 'another')],
    'it does not know the user': ['password', async (t) => ({ ...await startRedis(t), user: 'nobody' })],
    'it allows no scripts': ['permission', (t) => withRules(t, '~*', '+@all', '-@scripting')],
    'it forbids one command': ['permission', (t) => withRules(t, '~*', '+@all', '-pttl')],
    'it forbids the keys': ['permission', (t) => withRules(t, '~another:*', '+@all')],
    'it is a replica, which only reads': [
      'read-only', async (t) => startRedis(t, '--replicaof', `127.0.0.1 ${await freePort()}`),
    ],
    'it has too few replicas': ['too few replicas', (t) => startRedis(t, '--min-replicas-to-write', '1')],
    'it is full': ['memory', (t) => startRedis(t, '--maxmemory', '1')],
    'it is a node of a cluster': ['cluster', (t) => startRedis(t, '--cluster-enabled', 'yes')],
    'it is a sentinel': ['sentinel or missing command', (t) => startRedis(t, '--sentinel')],
    'it does not have the database': [
      'database number', async (t) => ({ ...await startRedis(t, '--databases', '3'), database: 3 }),
    ],
    'it speaks TLS': [
      'connection closed, perhaps for want of rediss://',
      async (t) => startRedis(t, '--tls', ...filesOf(t)),
    ],
    'its certificate is of nobody known': [
      'certificate', async (t) => ({ ...await startRedis(t, '--tls', ...filesOf(t)), scheme: 'rediss' }),
    ],
    'it does not speak TLS': ['no answer', async (t) => ({ ...await startRedis(t), scheme: 'rediss' })],
    'it still loads its data': [
      'loading', async (t) => ({ port: await answering(t, '-LOADING Redis is loading the dataset in memory\r\n') }),
    ],
    'it never answers': ['no answer', async (t) => ({ port: await answering(t) })],
    'it speaks something else': ['not a Redis', async (t) => ({ port: await answering(t, 'HTTP/1.1 400 Bad Request\r\n\r\n') })],
    'it hangs up': [
      'connection closed, perhaps for want of rediss://',
      async (t) => ({ port: await listen(t, createServer((socket) => socket.destroy())) }),
    ],
  };
  for (const [what, [kind, start]] of Object.entries(impossible)) {
    test(`${what}: it goes on in memory, and says so once`, async (t) => {
      const warn = t.mock.method(console, 'warn', () => {});
      const error = t.mock.method(console, 'error', () => {});
      const { scheme = 'redis', user = '', host = '127.0.0.1', port = 6379, database = 0 } = await start(t);
      const address = `${host}:${port}`;
      const { coordination, said } = coordinate(t, `${scheme}://${user}:${SECRET}@${address}/${database}`);
      const first = await timed(() => coordination.find('one'));
      assert.equal(first.value, undefined);
      assert.ok(first.took < 2800, `the first operation took ${first.took} ms`);
      const rest = await timed(() => worksWithinProcess(coordination));
      assert.equal(rest.value, 0);
      assert.ok(rest.took < 500, `the others took ${rest.took} ms`);
      // Long enough for more than one attempt to connect where it fails at once.
      await sleep(500);
      assert.equal(said.length, 1, said.join('\n'));
      assert.equal(said[0], `WARN redis-unavailable: ${NAMED} cannot be used (${kind}): until it can, this process renews tokens on its own.`);
      for (const secret of [SECRET, address]) assert.ok(!said[0].includes(secret));
      // Nothing is told about Redis but this; a replica that needs no password is no news of ours.
      const calls = [...warn.mock.calls, ...error.mock.calls].map(({ arguments: [line] }) => line);
      for (const line of calls) assert.ok(!line.includes(SECRET) && !line.includes(address), line);
    });
  }

  test('an address that the client cannot read counts as one that cannot be used', async (t) => {
    const { coordination, said } = coordinate(t, 'redis://%zz:%zz@[');
    assert.equal(await worksWithinProcess(coordination), 0);
    assert.equal(said.length, 1);
    assert.doesNotMatch(said[0], /%zz/);
  });

  test('a Redis that hangs costs a second once', async (t) => {
    const redis = await startRedis(t);
    const { coordination, said } = coordinate(t, redis.url);
    await coordination.publish('a', entry('b', 1));
    for (const operation of [
      () => coordination.find('a'),
      () => coordination.publish('b', entry('c', 2)),
      () => coordination.lock('c'),
    ]) {
      redis.pause();
      const { value, took } = await timed(operation);
      assert.ok(value);
      assert.ok(took > 900 && took < 1500, `it took ${took} ms`);
      const again = await timed(() => coordination.find('a'));
      assert.ok(again.value && again.took < 300, `then it took ${again.took} ms`);
      const count = said.length;
      redis.resume();
      await waitFor(() => said.length > count, 'Redis is back');
    }
    assert.deepEqual(said.map(isToldLost), [true, false, true, false, true, false]);
    assert.deepEqual(said.map(isToldBack), [false, true, false, true, false, true]);
  });

  test('a connection that Redis ends, as many do when it was idle, is made again without a word', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { coordination, said } = coordinate(t, url);
    assert.equal(await coordination.find('a'), undefined);
    for (let times = 1; times <= 3; times += 1) {
      assert.equal(await raw.client('KILL', 'TYPE', 'normal'), 1);
      await waitFor(async () => {
        const lock = await coordination.lock('a');
        await lock.release();
        return lock.fence > 0;
      }, 'Redis is used again');
    }
    assert.deepEqual(said, []);
  });

  test('a Redis that comes back with another password says that, and not that it is not reachable', async (t) => {
    const redis = await startRedis(t);
    const raw = rawClient(t, redis.url);
    const { coordination, said } = coordinate(t, redis.url);
    await coordination.find('a');
    await raw.config('SET', 'requirepass', 'another');
    await raw.client('KILL', 'TYPE', 'normal');
    await waitFor(() => said.length > 0, 'it is told');
    await sleep(300);
    assert.deepEqual(said, [`WARN redis-unavailable: ${NAMED} cannot be used (password): until it can, this process renews tokens on its own.`]);
  });

  test('many operations at once wait for a hanging Redis together', async (t) => {
    const redis = await startRedis(t);
    const { coordination, said } = coordinate(t, redis.url);
    await coordination.publish('a', entry('b', 1));
    redis.pause();
    const { value, took } = await timed(() => Promise.all(Array.from({ length: 50 }, () => coordination.find('a'))));
    assert.ok(value.every(({ key }) => key === 'b'));
    assert.ok(took < 1500, `they took ${took} ms`);
    assert.equal(said.length, 1);
  });

  test('Redis killed and started again: told once each, and what was published meanwhile is passed on', async (t) => {
    const redis = await startRedis(t);
    const { coordination, said } = coordinate(t, redis.url);
    const { coordination: other } = coordinate(t, redis.url);
    const before = await coordination.lock('a');
    await coordination.publish('a', entry('b', before.fence));
    await before.release();
    assert.equal((await other.find('a')).key, 'b');

    await redis.kill();
    const alone = await coordination.lock('b');
    assert.equal(alone.fence, 0);
    assert.ok(alone.isHeld());
    assert.equal(await coordination.publish('b', entry('c', alone.fence)), true);
    assert.equal(await coordination.publish('c', entry('d', alone.fence)), true);
    assert.equal(await coordination.publish('x', entry('x', alone.fence, DEAD)), true);
    await Promise.all([coordination.recordRefusal('x'), coordination.recordGrant(MINUTE), other.recordRefusal('y')]);
    await alone.release();
    assert.equal((await coordination.find('a')).key, 'd');
    // Who knew only of what was in Redis still knows that.
    assert.equal((await other.find('a')).key, 'b');
    await sleep(500);
    assert.equal(said.length, 1);

    await redis.restart();
    await waitFor(() => said.length > 1, 'Redis is back');
    await sleep(200);
    assert.deepEqual(said.map(isToldLost), [true, false]);
    assert.ok(isToldBack(said[1]));
    // One who never knew anything.
    const { coordination: stranger } = coordinate(t, redis.url);
    for (const key of ['b', 'c', 'd']) assert.equal((await stranger.find(key))?.key, 'd', key);
    assert.deepEqual((await stranger.find('x')).value, DEAD);
    for (const key of ['x', 'y']) assert.ok((await stranger.tokenEndpointHistory(key)).othersRefusedAgo < 30_000, key);
    const { grantedAgo } = await other.tokenEndpointHistory('z');
    assert.ok(grantedAgo >= MINUTE - 1 && grantedAgo < MINUTE + 30_000);
    assert.equal((await other.find('a')).key, 'd');
    // This Redis counts from the beginning again, and yet no fence comes twice.
    const after = await coordination.lock('d');
    assert.ok(after.fence > before.fence);
    await after.release();
  });

  test('a refresh token that stayed the same gets its newer access token without Redis, too', async (t) => {
    const redis = await startRedis(t);
    const { coordination, said } = coordinate(t, redis.url);
    await coordination.publish('a', entry('b', 5));
    await redis.kill();
    const newer = { ...pair('b'), accessToken: 'newer' };
    assert.equal(await coordination.publish('b', entry('b', 0, newer)), true);
    assert.deepEqual((await coordination.find('a')).value, newer);
    await waitFor(() => said.length > 0, 'the loss is told');
    // Of equal fences the later one counts, so this one is kept out until the other has published.
    await redis.restart('--requirepass', 'x');
    const address = redis.url.replace('//', '//:x@');
    const { coordination: other } = coordinate(t, address);
    assert.equal(await other.publish('b', entry('b', 5)), true);
    await rawClient(t, address).config('SET', 'requirepass', '');
    await waitFor(() => said.length > 1, 'Redis is back');
    await waitFor(async () => (await other.find('b')).value.accessToken === 'newer', 'the newer token is passed on');
    assert.deepEqual((await coordination.find('b')).value, newer);
  });

  test('what came from elsewhere meanwhile with a higher fence wins over what is passed on', async (t) => {
    const redis = await startRedis(t);
    const { coordination, said } = coordinate(t, redis.url);
    await coordination.publish('a', entry('b', 3));
    await redis.kill();
    assert.equal(await coordination.publish('b', entry('mine', 0)), true);
    await waitFor(() => said.length > 0, 'the loss is told');
    await redis.restart();
    // Its own memory tells it nothing of "a", so it is the first with this.
    const { coordination: other } = coordinate(t, redis.url);
    assert.equal(await other.publish('b', entry('theirs', 7)), true);
    await waitFor(() => said.length > 1, 'Redis is back');
    await waitFor(async () => (await coordination.find('b')).key === 'theirs', 'the winner is known');
    for (const key of ['b', 'mine', 'theirs']) {
      assert.equal((await coordination.find(key)).key, 'theirs', key);
      assert.equal((await other.find(key)).key, 'theirs', key);
      assert.equal(coordination.findLocal(key).key, 'theirs', key);
    }
  });

  test('two that followed the same are one again, also when Redis has lost the one that it had', async (t) => {
    const redis = await startRedis(t);
    const { coordination: one, said } = coordinate(t, redis.url);
    const { coordination: other, said: alsoSaid } = coordinate(t, redis.url);
    await other.find('a');
    await one.publish('a', entry('of one', 1));
    await redis.kill();
    // It never heard of the first.
    assert.equal(await other.publish('a', entry('of other', 0)), true);
    await one.find('of one');
    await waitFor(() => said.length > 0 && alsoSaid.length > 0, 'the loss is told');
    await redis.restart();
    await waitFor(() => said.length > 1 && alsoSaid.length > 1, 'Redis is back');
    // Nobody asks for the tokens of before.
    const ends = async () => Promise.all([one.find('of one'), other.find('of other')]);
    await waitFor(async () => new Set((await ends()).map((end) => end?.key)).size === 1, 'they agree');
  });

  test('tokens that Redis lost without a word are put back by who knows them', async (t) => {
    const redis = await startRedis(t);
    const { coordination } = coordinate(t, redis.url);
    await coordination.publish('a', entry('b', 1));
    await coordination.publish('b', entry('c', 2));
    await rawClient(t, redis.url).flushall();
    assert.equal((await coordination.find('a')).key, 'c');
    const { coordination: other } = coordinate(t, redis.url);
    assert.equal((await other.find('a')).key, 'c');
  });

  test('a lock is lost when Redis is gone for longer than its time limit', async (t) => {
    const redis = await startRedis(t);
    const { coordination } = coordinate(t, redis.url, { limits: { lock: 1000 } });
    const lock = await coordination.lock('key');
    await redis.kill();
    await sleep(100);
    assert.ok(lock.isHeld());
    await waitFor(() => !lock.isHeld(), 'the lock is lost', 1500);
    await lock.release();
    assert.equal((await coordination.lock('key')).fence, 0);
  });
});

describe('coordination through Redis', () => {
  promises(async (t) => {
    const { url } = await startRedis(t);
    return [coordinate(t, url).coordination, coordinate(t, url).coordination];
  });

  test('values that are damaged, moved, or from another key count as not there', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    await coordinate(t, url).coordination.publish('a', entry('b', 1));
    await coordinate(t, url).coordination.publish('c', entry('d', 2));
    const good = await raw.get(`${PREFIX}pair:b`);
    const found = async (more) => coordinate(t, url, more).coordination.find('a');
    assert.deepEqual(await found(), entry('b', 1));
    assert.equal(await found({ encryptionKey: Buffer.alloc(32, 8) }), undefined);

    const [fence, predecessor, ciphertext] = good.split(' ');
    const around = (text, by = fence, after = predecessor) => `${by} ${after} ${text}`;
    const bytes = Buffer.from(ciphertext, 'base64url');
    const damaged = Array.from(bytes.keys(), (index) => {
      const copy = Buffer.from(bytes);
      copy[index] ^= 1;
      return around(copy.toString('base64url'));
    });
    const { coordination: fresh } = coordinate(t, url);
    for (const value of [
      ...damaged,
      around(bytes.subarray(0, -1).toString('base64url')),
      around(bytes.subarray(0, 20).toString('base64url')),
      // Under another lock, behind something else, or in the format that knows of neither.
      around(ciphertext, '2'), around(ciphertext, '0'), around(ciphertext, fence, 'c'), around(ciphertext, fence, ''),
      `${fence} ${ciphertext}`,
      await raw.get(`${PREFIX}pair:d`),
      `x ${ciphertext}`, ciphertext, `${fence} `, fence, '', ' ', '{"dead":true}', `${fence} {"dead":true}`,
    ]) {
      await raw.set(`${PREFIX}pair:b`, value);
      assert.equal(await fresh.find('a'), undefined, value);
    }
    // What is there is still the only thing that counts: it can be replaced.
    assert.equal(await fresh.publish('a', entry('b', 1)), true);
    assert.deepEqual(await found(), entry('b', 1));
  });

  test('the permissions in the documentation are enough, and none of them can be left out', async (t) => {
    const scaling = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
    const [, rules] = /ACL SETUSER nocodb on >\S+ resetkeys (.+)/.exec(scaling);
    const all = rules.split(' ');
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const as = async (user, given) => {
      await raw.acl('SETUSER', user, 'on', '>pass', ...given);
      return url.replace('//', `//${user}:pass@`);
    };
    const works = async (address) => {
      const { coordination, said } = coordinate(t, `${address}/1`);
      const lock = await coordination.lock(address);
      await coordination.recordRefusal('a');
      await coordination.recordGrant(0);
      await coordination.tokenEndpointHistory('a');
      await coordination.publish('a', entry('b', lock.fence));
      await coordination.find('a');
      await lock.release();
      const warn = t.mock.method(console, 'warn', () => {});
      const limiter = new RateLimiter({ rateLimit: 100, isRateLimitConfigured: true, redis: { url: `${address}/1` } });
      await limiter.acquire('account', 'group');
      // Where it is NocoDB's own Redis, and the plugin has to find a database there.
      const { coordination: seeking, said: alsoSaid } = coordinate(t, address, { isDatabaseSought: true });
      await seeking.find('a');
      said.push(...alsoSaid, ...warn.mock.calls.map(({ arguments: [line] }) => line).filter((line) => line.includes('rate limit')));
      warn.mock.restore();
      return said;
    };
    assert.deepEqual(await works(await as('enough', all)), []);
    for (const [index, rule] of all.entries()) {
      const said = await works(await as(`without-${index}`, all.filter((other) => other !== rule)));
      assert.match(said.join(), /\(permission\)|its user may not/, `${rule} is not needed`);
    }
  });

  test('each database is one of its own, and a number that there is not names itself', async (t) => {
    const { url } = await startRedis(t, '--databases', '3');
    const { coordination: second } = coordinate(t, `${url}/2`);
    await second.publish('a', entry('b', 1));
    assert.equal((await coordinate(t, `${url}?db=2`).coordination.find('a')).key, 'b');
    const { coordination: none, said } = coordinate(t, `${url}/3`);
    await none.publish('x', entry('y', 1));
    await sleep(300);
    assert.deepEqual(said.length, 1);
    const raw = rawClient(t, url);
    assert.deepEqual(await raw.keys('*'), []);
    for (const other of [1, 2]) {
      await raw.select(other);
      assert.deepEqual((await raw.keys('*')).filter((key) => key.endsWith(':y')), []);
    }
  });

  test('a lock without a time limit, or with a far one, or of another type, is free after the time that locks have', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { coordination, said } = coordinate(t, url, { limits: { lock: 500 } });
    for (const set of [
      (name) => raw.set(name, 'x'), (name) => raw.set(name, 'x', 'PX', 10 * DAY), (name) => raw.lpush(name, 'x'),
    ]) {
      await set(`${PREFIX}lock:a`);
      assert.equal(await coordination.lock('a'), undefined);
      let lock;
      await waitFor(async () => (lock = await coordination.lock('a')), 'the lock is free', 2000);
      await lock.release();
    }
    assert.deepEqual(said, []);
  });

  test('what is no text where one should be, and fences that nobody counted, do no harm', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { coordination: before } = coordinate(t, url);
    await (await before.lock('x')).release();
    for (const spoil of [
      (name) => raw.lpush(name, 'x'), (name) => raw.set(name, 'x'), (name) => raw.set(name, '9'.repeat(400)),
      (name) => raw.set(name, 'nan'), (name) => raw.set(name, '-7'), (name) => raw.set(name, '9007199254740993'),
    ]) {
      for (const name of ['fence', 'life', 'next:a', 'pair:a', 'pair:b']) {
        await raw.del(PREFIX + name);
        await spoil(PREFIX + name);
      }
      const { coordination, said } = coordinate(t, url);
      const first = await coordination.lock('a');
      // A counter begins with the time.
      assert.ok(first.fence > 0 && first.fence <= Date.now() / 10 + 1000, String(first.fence));
      assert.equal(await coordination.find('a'), undefined);
      assert.equal(await coordination.publish('a', entry('b', first.fence)), true);
      await first.release();
      assert.equal((await coordinate(t, url).coordination.find('a')).key, 'b');
      assert.deepEqual(said, []);
    }
  });

  /** Tokens that were received at this time. */
  const of = (name, obtainedAt) => ({ ...pair(name), obtainedAt, expiresAt: obtainedAt + 2 * 60 * MINUTE });

  test('who knows newer tokens does not take earlier ones that were put back, and puts its own in their place', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { coordination } = coordinate(t, url);
    await coordination.publish('a', entry('b', 1, of('b', 1000)));
    const earlier = await raw.get(`${PREFIX}pair:b`);
    await coordination.publish('b', entry('c', 2, of('c', 2000)));
    const same = await raw.get(`${PREFIX}pair:c`);
    await coordination.publish('c', entry('c', 3, { ...of('c', 3000), accessToken: 'newest' }));
    for (const putBack of [
      async () => {
        await raw.set(`${PREFIX}pair:b`, earlier);
        await raw.del(`${PREFIX}next:b`, `${PREFIX}pair:c`);
      },
      () => raw.set(`${PREFIX}pair:c`, same),
    ]) {
      await putBack();
      assert.equal((await coordination.find('a')).value.accessToken, 'newest');
      assert.equal((await coordinate(t, url).coordination.find('a')).value.accessToken, 'newest');
    }
    // Whoever raises fences, or leads this chain to earlier tokens, only keeps the others from knowing.
    await raw.set(`${PREFIX}pair:c`, same.replace(/^2 /, '4 '));
    assert.equal((await coordination.find('a')).value.accessToken, 'newest');
    assert.equal(await coordinate(t, url).coordination.find('a'), undefined);
    await raw.set(`${PREFIX}pair:b`, earlier);
    await raw.set(`${PREFIX}next:c`, '999999999 b');
    await raw.del(`${PREFIX}next:b`, `${PREFIX}pair:c`);
    assert.equal((await coordination.find('a')).value.accessToken, 'newest');
    assert.equal((await coordination.find('c')).value.accessToken, 'newest');
  });

  test('tokens of the format before are read, and give way', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const nonce = Buffer.alloc(12, 1);
    const cipher = createCipheriv('aes-256-gcm', ENCRYPTION_KEY, nonce);
    cipher.setAAD(Buffer.from('nocodb-bitbucket-auth pair 1 b'));
    const text = [cipher.update(JSON.stringify(pair('b'))), cipher.final()];
    const sealed = Buffer.concat([nonce, ...text, cipher.getAuthTag()]).toString('base64url');
    await raw.set(`${PREFIX}next:a`, '3 b');
    await raw.set(`${PREFIX}pair:b`, `3 ${sealed}`);
    const { coordination } = coordinate(t, url);
    assert.deepEqual(await coordination.find('a'), entry('b', 3));
    const lock = await coordination.lock('b');
    assert.ok(lock.fence > 3);
    assert.equal(await coordination.publish('b', entry('c', lock.fence)), true);
    assert.equal((await coordinate(t, url).coordination.find('a')).key, 'c');
  });

  test('who knows the tokens of a damaged value puts them back', async (t) => {
    const { url } = await startRedis(t);
    const { coordination } = coordinate(t, url);
    await coordination.publish('a', entry('b', 1));
    await rawClient(t, url).set(`${PREFIX}pair:b`, '1 damaged');
    assert.deepEqual(await coordination.find('a'), entry('b', 1));
    assert.deepEqual(await coordinate(t, url).coordination.find('a'), entry('b', 1));
  });

  test('pointers that lead in a circle end', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    for (const [key, pointer] of Object.entries({ a: '1 b', b: '2 a', c: '1 c', d: 'nonsense' })) {
      await raw.set(`${PREFIX}next:${key}`, pointer);
    }
    const { coordination, said } = coordinate(t, url);
    for (const key of ['a', 'b', 'c', 'd']) assert.equal(await coordination.find(key), undefined);
    assert.equal(await coordination.publish('a', entry('e', 3)), true);
    for (const key of ['a', 'b']) assert.equal((await coordination.find(key)).key, 'e', key);
    assert.deepEqual(said, []);
  });

  test('two processes never hold one lock, and each lock has a greater fence', async (t) => {
    const { url } = await startRedis(t);
    const processes = [startCoordinator(t, { url }), startCoordinator(t, { url })];
    let holders = 0;
    const fences = [];
    await Promise.all(processes.flatMap((process) => [1, 2].map(async () => {
      for (let taken = 0; taken < 10;) {
        const lock = await process.ask('lock', 'key');
        if (lock) {
          taken += 1;
          holders += 1;
          assert.equal(holders, 1);
          fences.push(lock.fence);
          await sleep(1);
          assert.equal(holders, 1);
          holders -= 1;
          await process.ask('release', 'key');
        }
      }
    })));
    assert.deepEqual(fences, Array.from({ length: 40 }, (_, index) => fences[0] + index));
  });

  test('the lock of a process that was killed is free after its time limit, and not before', async (t) => {
    const { url } = await startRedis(t);
    const limits = { lock: 2000 };
    const holder = startCoordinator(t, { url, limits });
    const { fence } = await holder.ask('lock', 'key');
    holder.kill('SIGKILL');
    await holder.ended;
    const { coordination } = coordinate(t, url, { limits });
    assert.equal(await coordination.lock('key'), undefined);
    let lock;
    await waitFor(async () => (lock = await coordination.lock('key')), 'the lock is free', 3000);
    assert.ok(lock.fence > fence);
    await lock.release();
  });

  test('refusals that nobody noted are as good as not there, and give way', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const name = `${PREFIX}refusals`;
    const now = Date.now();
    const fresh = async (key = 'a') => {
      const told = await coordinate(t, url).coordination.tokenEndpointHistory(key);
      return Object.keys(told).filter((member) => told[member] !== undefined);
    };
    const far = now + 60 * MINUTE;
    const old = now - 31 * MINUTE;
    for (const set of [
      () => raw.set(name, ''), () => raw.set(name, 'nonsense'), () => raw.set(name, `${now} ${now} a`), () => raw.lpush(name, now),
      () => raw.set(name, `${far} ${far} ${far} b`), () => raw.set(name, `${old} ${old} ${old} b`),
      () => raw.set(name, `${'9'.repeat(400)} ${'9'.repeat(400)} 1 b`), () => raw.set(name, '-1 -1 -1 b'), () => raw.set(name, '0 0 0 '),
    ]) {
      await raw.del(name);
      await set();
      assert.deepEqual(await fresh(), []);
      const { coordination, said } = coordinate(t, url);
      await coordination.recordRefusal('a');
      assert.deepEqual(await fresh(), ['refusedAgo']);
      assert.deepEqual(await fresh('b'), ['refusedAgo', 'othersRefusedAgo']);
      await coordination.recordGrant(0);
      assert.deepEqual(await fresh(), ['refusedAgo', 'grantedAgo']);
      assert.deepEqual(said, []);
    }
    // One without a time limit gets one again, and no number of keys makes it longer.
    await raw.set(name, `${now} ${now} ${now} ${'x'.repeat(22)}`);
    const { coordination } = coordinate(t, url);
    for (let number = 0; number < 200; number += 1) await coordination.recordRefusal(`key ${number}`);
    assert.equal((await raw.get(name)).length, 3 * 14 + 'key 199'.length);
    assert.ok(await raw.pttl(name) <= 30 * MINUTE);
    assert.ok(await raw.pttl(name) > 29 * MINUTE);
  });

  test('a lock that is held for long is extended until it is released', async (t) => {
    const { url } = await startRedis(t);
    const limits = { lock: 600 };
    const { coordination } = coordinate(t, url, { limits });
    const { coordination: other } = coordinate(t, url, { limits });
    const lock = await coordination.lock('key');
    for (const end = performance.now() + 2000; performance.now() < end; await sleep(50)) {
      assert.ok(lock.isHeld());
      assert.equal(await other.lock('key'), undefined);
    }
    await lock.release();
    assert.ok(await other.lock('key'));
    await sleep(200);
    assert.equal(lock.isHeld(), false);
  });

  test('a lock that somebody else has by now is noticed at the next extension', async (t) => {
    const { url } = await startRedis(t);
    const { coordination } = coordinate(t, url, { limits: { lock: 600 } });
    const lock = await coordination.lock('key');
    const raw = rawClient(t, url);
    await raw.set(`${PREFIX}lock:key`, 'somebody else');
    await waitFor(() => !lock.isHeld(), 'the loss is noticed', 550);
    await lock.release();
    assert.equal(await raw.get(`${PREFIX}lock:key`), 'somebody else');
  });

  test('a process that was stopped for longer than its lock lasts does no harm when it goes on', async (t) => {
    const { url } = await startRedis(t);
    const limits = { lock: 1000 };
    const stopped = startCoordinator(t, { url, limits });
    const { coordination } = coordinate(t, url, { limits });
    const { fence } = await stopped.ask('lock', 'a');
    assert.equal(await stopped.ask('isHeld', 'a'), true);
    stopped.kill('SIGSTOP');
    let lock;
    await waitFor(async () => (lock = await coordination.lock('a')), 'the lock is free', 3000);
    assert.ok(lock.fence > fence);
    assert.equal(await coordination.publish('a', entry('newer', lock.fence)), true);

    stopped.kill('SIGCONT');
    assert.equal(await stopped.ask('isHeld', 'a'), false);
    assert.equal(await stopped.ask('publish', 'a', entry('older', fence)), false);
    assert.equal((await stopped.ask('find', 'older')).key, 'newer');
    await stopped.ask('release', 'a');
    await sleep(300);
    assert.ok(lock.isHeld());
    assert.equal(await stopped.ask('lock', 'a'), undefined);
    for (const key of ['a', 'older', 'newer']) assert.equal((await coordination.find(key)).key, 'newer');
    await lock.release();
  });

  test('no secret is in Redis, every key belongs to the client, and every key expires in time', async (t) => {
    const { url } = await startRedis(t);
    const { coordination } = coordinate(t, url);
    const lock = await coordination.lock('a');
    await coordination.publish('a', entry('b', lock.fence));
    await coordination.publish('b', entry('c', lock.fence));
    await coordination.publish('x', entry('x', lock.fence, DEAD));
    await coordination.recordRefusal('x');
    const raw = rawClient(t, url);
    const kept = new Map();
    for (const key of await raw.keys('*')) kept.set(key, { value: await raw.get(key), limit: await raw.pttl(key) });
    const expected = {
      fence: 95 * DAY, life: 95 * DAY, 'lock:a': 6000, 'next:a': 30 * DAY, 'next:b': 30 * DAY, 'pair:c': 95 * DAY, 'pair:x': 95 * DAY,
      refusals: 30 * MINUTE,
    };
    assert.deepEqual([...kept.keys()].sort(), Object.keys(expected).map((name) => PREFIX + name).sort());
    for (const [name, limit] of Object.entries(expected)) {
      const seen = kept.get(PREFIX + name).limit;
      assert.ok(seen > 0 && seen <= limit && seen > limit - 5000, `${name} expires in ${seen} ms`);
    }
    for (const [key, { value }] of kept) {
      const forms = [key, value, ...value.split(' ').flatMap((part) => [
        Buffer.from(part, 'base64url').toString('latin1'), Buffer.from(part, 'hex').toString('latin1'),
      ])];
      for (const form of forms) assert.doesNotMatch(form, /secret|refresh|access|account|dead/i, key);
    }
    await lock.release();
    assert.equal(await raw.get(`${PREFIX}lock:a`), null);
  });

  test('the same tokens never look the same', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { coordination } = coordinate(t, url);
    const seen = new Set();
    for (let fence = 1; fence <= 20; fence += 1) {
      await coordination.publish('a', entry('a', fence));
      seen.add((await raw.get(`${PREFIX}pair:a`)).split(' ').at(-1).slice(0, 16));
    }
    assert.equal(seen.size, 20);
  });

  /** A Redis before which `change` runs each time an entry of this key is about to be published. */
  async function disturbed(t, { port }, key, change) {
    const server = createServer((socket) => {
      const redis = connect(port, '127.0.0.1');
      redis.pipe(socket);
      let order = Promise.resolve();
      socket.on('data', (chunk) => {
        if (chunk.includes(`\r\n${key}\r\n`)) order = order.then(change);
        order = order.then(() => redis.write(chunk));
      });
      for (const end of [socket, redis]) end.on('error', () => {}).on('close', () => [socket, redis].forEach((each) => each.destroy()));
    });
    return `redis://127.0.0.1:${await listen(t, server)}`;
  }

  test('what is published between the look and the publication of others is not lost', async (t) => {
    const redis = await startRedis(t);
    let change;
    const url = await disturbed(t, redis, 'mine', () => change());
    for (const [namespace, those, isNewest, winner] of [
      ['a later one', [['a', entry('theirs', 6)]], false, 'theirs'],
      ['an earlier one', [['a', entry('theirs', 4)]], true, 'mine'],
      ['a successor', [['a', entry('theirs', 6)], ['theirs', entry('newest', 7)]], false, 'newest'],
      ['news of a death', [['a', entry('a', 6, DEAD)]], true, 'mine'],
    ]) {
      const { coordination } = coordinate(t, url, { namespace });
      const { coordination: other } = coordinate(t, redis.url, { namespace });
      let changes = 0;
      change = async () => {
        changes += 1;
        for (const [key, their] of those.splice(0)) await other.publish(key, their);
      };
      assert.equal(await coordination.publish('a', entry('mine', 5)), isNewest, namespace);
      assert.equal(changes, 2, namespace);
      const { coordination: stranger } = coordinate(t, redis.url, { namespace });
      for (const key of ['a', 'mine', winner]) {
        for (const all of [coordination, other, stranger]) assert.equal((await all.find(key)).key, winner, `${namespace}, ${key}`);
      }
    }
  });

  test('who loses every race passes its tokens on later', async (t) => {
    const redis = await startRedis(t);
    const raw = rawClient(t, redis.url);
    let races = 0;
    let isRacing = true;
    const url = await disturbed(t, redis, 'mine', async () => {
      if (!isRacing) return;
      races += 1;
      await raw.set(`${PREFIX}pair:a`, `${races} of nobody`);
    });
    const { coordination, said } = coordinate(t, url);
    assert.equal(await coordination.publish('a', entry('mine', 50)), true);
    assert.equal(races, 5);
    assert.equal(coordination.findLocal('a').key, 'mine');
    isRacing = false;
    assert.equal((await coordination.find('a')).key, 'mine');
    assert.equal((await coordinate(t, redis.url).coordination.find('a')).key, 'mine');
    assert.deepEqual(said, []);
  });

  test('a renewal costs six commands, if nobody else is about', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { coordination } = coordinate(t, url);
    const cost = async (renew) => {
      await raw.config('RESETSTAT');
      await renew();
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await raw.info('commandstats'))?.[1]);
    };
    // The first one has the texts of the scripts sent, too.
    const renew = async (key, next) => {
      const lock = await coordination.lock(key);
      await coordination.find(key);
      const nextLock = await coordination.lock(next);
      assert.equal(await coordination.publish(key, entry(next, lock.fence)), true);
      await lock.release();
      await nextLock.release();
    };
    await renew('a', 'b');
    assert.equal(await cost(() => renew('b', 'c')), 6);
    assert.equal(await cost(() => renew('c', 'd')), 6);
  });

  test('clients that share a Redis do not see each other', async (t) => {
    const { url } = await startRedis(t);
    const { coordination } = coordinate(t, url);
    const { coordination: other } = coordinate(t, url, { namespace: 'another' });
    const lock = await coordination.lock('a');
    await coordination.publish('a', entry('b', lock.fence));
    assert.equal(await other.find('a'), undefined);
    assert.ok(await other.lock('a'));
  });

  test('a chain of a month leads to its end in one step', async (t) => {
    const { url } = await startRedis(t);
    const { coordination } = coordinate(t, url);
    for (let number = 1; number <= 1000; number += 1) {
      await coordination.publish(`key ${number - 1}`, entry(`key ${number}`, number));
    }
    const { coordination: other } = coordinate(t, url);
    assert.equal((await other.find('key 0')).key, 'key 1000');
    assert.equal(other.findLocal('key 0').key, 'key 1000');
  });

  test('in whatever order tokens are published, all keys lead all processes to the same ones', async (t) => {
    const { url } = await startRedis(t);
    for (let seed = 1; seed <= 40; seed += 1) {
      let state = seed;
      // A linear congruential generator: the same numbers for each run.
      const random = (below) => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return Math.floor((state / 2147483648) * below);
      };
      const all = [1, 2, 3].map(() => coordinate(t, url, { namespace: `seed ${seed}` }).coordination);
      const keys = ['0'];
      for (let step = 1; step <= 25; step += 1) {
        const from = keys[random(keys.length)];
        keys.push(String(step));
        await all[random(3)].publish(from, entry(String(step), random(30)));
        if (random(3) === 0) await all[random(3)].find(keys[random(keys.length)]);
      }
      const newest = (await all[0].find('0')).key;
      for (const key of keys) {
        for (const coordination of all) {
          assert.equal((await coordination.find(key)).key, newest, `seed ${seed}, key ${key}`);
        }
      }
      await Promise.all(all.map((coordination) => coordination.close()));
    }
  });

  test('the client of Redis is loaded at the first operation, and a process that has nothing to do ends', async (t) => {
    const { url } = await startRedis(t);
    const { value, took } = await timed(() => runJsonFixture(t, 'coordinate.js', [url]));
    assert.ok(value.fence > 0);
    assert.deepEqual({ ...value, fence: 1 }, { loaded: [false, true], fence: 1, published: true, found: 'two' });
    assert.ok(took < 3000, `it took ${took} ms`);
  });

  test('a machine that takes long to load the client of Redis uses Redis all the same', async (t) => {
    const { url } = await startRedis(t);
    const value = await runJsonFixture(t, 'coordinate.js', [url, '2500']);
    assert.ok(value.fence > 0);
    assert.deepEqual({ ...value, fence: 1 }, { loaded: [false, true], fence: 1, published: true, found: 'two' });
  });

  test('a process ends though Redis is gone, and not before what it asked is answered', async (t) => {
    const hanging = `redis://127.0.0.1:${await answering(t)}`;
    const closed = `redis://127.0.0.1:${await freePort()}`;
    for (const url of [closed, hanging]) {
      const { value, took } = await timed(() => runJsonFixture(t, 'coordinate.js', [url]));
      assert.deepEqual(value, { loaded: [false, true], fence: 0, published: true, found: 'two' });
      assert.ok(took < 5000, `it took ${took} ms`);
    }
  });

  test('a process ends though Redis hangs, while it tries to come back', async (t) => {
    const redis = await startRedis(t);
    const process = startCoordinator(t, { url: redis.url, limits: { reconnection: 100 } });
    const lock = await process.ask('lock', 'a');
    assert.ok(lock.fence > 0);
    redis.pause();
    await process.ask('publish', 'a', entry('b', lock.fence));
    await sleep(500);
    await process.ask('leave');
    const { value: [status], took } = await timed(() => process.ended);
    assert.equal(status, 0);
    assert.ok(took < 2500, `it took ${took} ms`);
  });

  test('closing ends the connection, the locks and every attempt to come back', async (t) => {
    const redis = await startRedis(t);
    const raw = rawClient(t, redis.url);
    const clients = async () => (await raw.client('LIST')).trim().split('\n').length;
    const { coordination, said } = coordinate(t, redis.url);
    const lock = await coordination.lock('a');
    await coordination.publish('a', entry('b', lock.fence));
    assert.equal(await clients(), 2);
    await coordination.close();
    assert.equal(lock.isHeld(), false);
    await lock.release();
    await waitFor(async () => (await clients()) === 1, 'the connection is closed');
    assert.equal(coordination.findLocal('a'), undefined);
    const { value, took } = await timed(() => coordination.find('a'));
    assert.equal(value, undefined);
    assert.ok(took < 300);
    await sleep(500);
    assert.equal(await clients(), 1);
    assert.deepEqual(said, []);
  });

  test('closing while the first connection is being made ends that, too', async (t) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.on('error', () => {});
    });
    const port = await listen(t, server);
    const { coordination, said } = coordinate(t, `redis://127.0.0.1:${port}`);
    const finding = timed(() => coordination.find('a'));
    await once(server, 'connection');
    await coordination.close();
    const { value, took } = await finding;
    assert.equal(value, undefined);
    assert.ok(took < 1000, `it took ${took} ms`);
    await sleep(500);
    assert.equal(connections, 1);
    assert.deepEqual(said, []);
  });
});
