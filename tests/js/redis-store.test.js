/**
 * Which values are in Redis, which permissions the plugin needs there, and when its connection to Redis opens and closes.
 *
 * In Redis, `pair:b` contains the tokens with the key `b`, and the pointer `next:a` names the key of the tokens that replaced the
 * tokens with the key `a`. Both values begin with the fence of the lock under which they were written. Each later lock has a
 * greater fence.
 */
import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runJsonFixture } from '../support/fixtures.js';
import { freePort, listen } from '../support/http-server.js';
import { startRedis } from '../support/redis.js';
import { waitFor } from '../support/waiting.js';
import { DEAD, MINUTE, answering, openStore, testGuarantees, rawClient } from './shared-store-scene.js';
import { ENCRYPTION_KEY, PREFIX, entry, tokenSet, startStoreProcess, timed } from './shared-stores.js';

const DAY = 24 * 60 * MINUTE;

const { RateLimiter } = await import(
  new URL('js/rate-limit.js', import.meta.resolve('nocodb-bitbucket-auth/package.json')));

describe('the token store in Redis', () => {
  testGuarantees(async (t) => {
    const { url } = await startRedis(t);
    return [openStore(t, url).store, openStore(t, url).store];
  });
});

describe('a value in Redis', () => {
  test('counts as absent when it is damaged, moved, or belongs to another key', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    await openStore(t, url).store.publish('a', entry('b', 1));
    await openStore(t, url).store.publish('c', entry('d', 2));
    const good = await raw.get(`${PREFIX}pair:b`);
    const found = async (more) => openStore(t, url, more).store.find('a');
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
    const { store: fresh } = openStore(t, url);
    for (const value of [
      ...damaged,
      around(bytes.subarray(0, -1).toString('base64url')),
      around(bytes.subarray(0, 20).toString('base64url')),
      // With another fence, with another predecessor, or in the previous format, in which the ciphertext is bound to neither.
      around(ciphertext, '2'), around(ciphertext, '0'), around(ciphertext, fence, 'c'), around(ciphertext, fence, ''),
      `${fence} ${ciphertext}`,
      await raw.get(`${PREFIX}pair:d`),
      `x ${ciphertext}`, ciphertext, `${fence} `, fence, '', ' ', '{"dead":true}', `${fence} {"dead":true}`,
    ]) {
      await raw.set(`${PREFIX}pair:b`, value);
      assert.equal(await fresh.find('a'), undefined, value);
    }
    // A value that cannot be decrypted can still be replaced.
    assert.equal(await fresh.publish('a', entry('b', 1)), true);
    assert.deepEqual(await found(), entry('b', 1));
  });

  test('that is a lock expires within the usual time, even if it had no expiry, a later expiry or another type', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { store, logged } = openStore(t, url, { limits: { lock: 500 } });
    for (const set of [
      (name) => raw.set(name, 'x'), (name) => raw.set(name, 'x', 'PX', 10 * DAY), (name) => raw.lpush(name, 'x'),
    ]) {
      await set(`${PREFIX}lock:a`);
      assert.equal(await store.lock('a'), undefined);
      let lock;
      await waitFor(async () => (lock = await store.lock('a')), 'the lock is free', 2000);
      await lock.release();
    }
    assert.deepEqual(logged, []);
  });

  test('with another Redis type or an invalid fence is replaced without an error', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { store: before } = openStore(t, url);
    await (await before.lock('x')).release();
    for (const spoil of [
      (name) => raw.lpush(name, 'x'), (name) => raw.set(name, 'x'), (name) => raw.set(name, '9'.repeat(400)),
      (name) => raw.set(name, 'nan'), (name) => raw.set(name, '-7'), (name) => raw.set(name, '9007199254740993'),
    ]) {
      for (const name of ['fence', 'life', 'next:a', 'pair:a', 'pair:b']) {
        await raw.del(PREFIX + name);
        await spoil(PREFIX + name);
      }
      const { store, logged } = openStore(t, url);
      const first = await store.lock('a');
      // A new counter starts at the current time in hundredths of a second.
      assert.ok(first.fence > 0 && first.fence <= Date.now() / 10 + 1000, String(first.fence));
      assert.equal(await store.find('a'), undefined);
      assert.equal(await store.publish('a', entry('b', first.fence)), true);
      await first.release();
      assert.equal((await openStore(t, url).store.find('a')).key, 'b');
      assert.deepEqual(logged, []);
    }
  });

  /** Tokens that were obtained at this time. */
  const obtained = (name, obtainedAt) => ({ ...tokenSet(name), obtainedAt, expiresAt: obtainedAt + 2 * 60 * MINUTE });

  test('that was reset to earlier tokens is replaced by a process that knows newer tokens', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { store } = openStore(t, url);
    await store.publish('a', entry('b', 1, obtained('b', 1000)));
    const earlier = await raw.get(`${PREFIX}pair:b`);
    await store.publish('b', entry('c', 2, obtained('c', 2000)));
    const same = await raw.get(`${PREFIX}pair:c`);
    await store.publish('c', entry('c', 3, { ...obtained('c', 3000), accessToken: 'newest' }));
    for (const putBack of [
      async () => {
        await raw.set(`${PREFIX}pair:b`, earlier);
        await raw.del(`${PREFIX}next:b`, `${PREFIX}pair:c`);
      },
      () => raw.set(`${PREFIX}pair:c`, same),
    ]) {
      await putBack();
      assert.equal((await store.find('a')).value.accessToken, 'newest');
      assert.equal((await openStore(t, url).store.find('a')).value.accessToken, 'newest');
    }
    // A forged fence, or a pointer back to earlier tokens, hides the newest tokens only from processes that do not know them yet.
    await raw.set(`${PREFIX}pair:c`, same.replace(/^2 /, '4 '));
    assert.equal((await store.find('a')).value.accessToken, 'newest');
    assert.equal(await openStore(t, url).store.find('a'), undefined);
    await raw.set(`${PREFIX}pair:b`, earlier);
    await raw.set(`${PREFIX}next:c`, '999999999 b');
    await raw.del(`${PREFIX}next:b`, `${PREFIX}pair:c`);
    assert.equal((await store.find('a')).value.accessToken, 'newest');
    assert.equal((await store.find('c')).value.accessToken, 'newest');
  });

  test('in the previous format is read and replaced', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const nonce = Buffer.alloc(12, 1);
    const cipher = createCipheriv('aes-256-gcm', ENCRYPTION_KEY, nonce);
    cipher.setAAD(Buffer.from('nocodb-bitbucket-auth pair 1 b'));
    const text = [cipher.update(JSON.stringify(tokenSet('b'))), cipher.final()];
    const sealed = Buffer.concat([nonce, ...text, cipher.getAuthTag()]).toString('base64url');
    await raw.set(`${PREFIX}next:a`, '3 b');
    await raw.set(`${PREFIX}pair:b`, `3 ${sealed}`);
    const { store } = openStore(t, url);
    assert.deepEqual(await store.find('a'), entry('b', 3));
    const lock = await store.lock('b');
    assert.ok(lock.fence > 3);
    assert.equal(await store.publish('b', entry('c', lock.fence)), true);
    assert.equal((await openStore(t, url).store.find('a')).key, 'c');
  });

  test('that is damaged is restored by a process that knows the tokens', async (t) => {
    const { url } = await startRedis(t);
    const { store } = openStore(t, url);
    await store.publish('a', entry('b', 1));
    await rawClient(t, url).set(`${PREFIX}pair:b`, '1 damaged');
    assert.deepEqual(await store.find('a'), entry('b', 1));
    assert.deepEqual(await openStore(t, url).store.find('a'), entry('b', 1));
  });

  test('that is part of a cycle of pointers, or that is an invalid pointer, ends the search for the newest tokens', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    for (const [key, pointer] of Object.entries({ a: '1 b', b: '2 a', c: '1 c', d: 'nonsense' })) {
      await raw.set(`${PREFIX}next:${key}`, pointer);
    }
    const { store, logged } = openStore(t, url);
    for (const key of ['a', 'b', 'c', 'd']) assert.equal(await store.find(key), undefined);
    assert.equal(await store.publish('a', entry('e', 3)), true);
    for (const key of ['a', 'b']) assert.equal((await store.find(key)).key, 'e', key);
    assert.deepEqual(logged, []);
  });

  test('that records rejected token requests in another format counts as absent and is replaced', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const name = `${PREFIX}refusals`;
    const now = Date.now();
    const recordedMembers = async (key = 'a') => {
      const history = await openStore(t, url).store.tokenEndpointHistory(key);
      return Object.keys(history).filter((member) => history[member] !== undefined);
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
      assert.deepEqual(await recordedMembers(), []);
      const { store, logged } = openStore(t, url);
      await store.recordRefusal('a');
      assert.deepEqual(await recordedMembers(), ['refusedAgo']);
      assert.deepEqual(await recordedMembers('b'), ['refusedAgo', 'othersRefusedAgo']);
      await store.recordGrant(0);
      assert.deepEqual(await recordedMembers(), ['refusedAgo', 'grantedAgo']);
      assert.deepEqual(logged, []);
    }
    // A value without an expiry gets one again, and the value does not grow with the number of keys.
    await raw.set(name, `${now} ${now} ${now} ${'x'.repeat(22)}`);
    const { store } = openStore(t, url);
    for (let number = 0; number < 200; number += 1) await store.recordRefusal(`key ${number}`);
    assert.equal((await raw.get(name)).length, 3 * 14 + 'key 199'.length);
    assert.ok(await raw.pttl(name) <= 30 * MINUTE);
    assert.ok(await raw.pttl(name) > 29 * MINUTE);
  });

  test("contains no secret, has a key with this client's prefix, and expires in time", async (t) => {
    const { url } = await startRedis(t);
    const { store } = openStore(t, url);
    const lock = await store.lock('a');
    await store.publish('a', entry('b', lock.fence));
    await store.publish('b', entry('c', lock.fence));
    await store.publish('x', entry('x', lock.fence, DEAD));
    await store.recordRefusal('x');
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

  test('is encrypted differently each time, even for the same tokens', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { store } = openStore(t, url);
    const seen = new Set();
    for (let fence = 1; fence <= 20; fence += 1) {
      await store.publish('a', entry('a', fence));
      seen.add((await raw.get(`${PREFIX}pair:a`)).split(' ').at(-1).slice(0, 16));
    }
    assert.equal(seen.size, 20);
  });
});

describe('the plugin', () => {
  test('needs exactly the Redis permissions that the documentation lists', async (t) => {
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
      const { store, logged } = openStore(t, `${address}/1`);
      const lock = await store.lock(address);
      await store.recordRefusal('a');
      await store.recordGrant(0);
      await store.tokenEndpointHistory('a');
      await store.publish('a', entry('b', lock.fence));
      await store.find('a');
      await lock.release();
      const warn = t.mock.method(console, 'warn', () => {});
      const limiter = new RateLimiter({ rateLimit: 100, isRateLimitConfigured: true, redis: { url: `${address}/1` } });
      await limiter.acquire('account', 'group');
      // In NocoDB's own Redis, the plugin also has to find a database.
      const { store: seeking, logged: alsoLogged } = openStore(t, address, { searchesDatabase: true });
      await seeking.find('a');
      logged.push(...alsoLogged, ...warn.mock.calls.map(({ arguments: [line] }) => line).filter((line) => line.includes('rate limit')));
      warn.mock.restore();
      return logged;
    };
    assert.deepEqual(await works(await as('enough', all)), []);
    for (const [index, rule] of all.entries()) {
      const logged = await works(await as(`without-${index}`, all.filter((other) => other !== rule)));
      assert.match(logged.join(), /\(permission\)|its user lacks the permissions/, `${rule} is not needed`);
    }
  });

  test('uses only the database that the URL names, and logs a number for which Redis has no database', async (t) => {
    const { url } = await startRedis(t, '--databases', '3');
    const { store: second } = openStore(t, `${url}/2`);
    await second.publish('a', entry('b', 1));
    assert.equal((await openStore(t, `${url}?db=2`).store.find('a')).key, 'b');
    const { store: none, logged } = openStore(t, `${url}/3`);
    await none.publish('x', entry('y', 1));
    await sleep(300);
    assert.deepEqual(logged.length, 1);
    const raw = rawClient(t, url);
    assert.deepEqual(await raw.keys('*'), []);
    for (const other of [1, 2]) {
      await raw.select(other);
      assert.deepEqual((await raw.keys('*')).filter((key) => key.endsWith(':y')), []);
    }
  });
});

describe('the connection to Redis', () => {
  test('loads the Redis client at the first operation, and lets an idle process end', async (t) => {
    const { url } = await startRedis(t);
    const { value, took } = await timed(() => runJsonFixture(t, 'use-store.js', [url]));
    assert.ok(value.fence > 0);
    assert.deepEqual({ ...value, fence: 1 }, { loaded: [false, true], fence: 1, published: true, found: 'two' });
    assert.ok(took < 3000, `it took ${took} ms`);
  });

  test('is used even on a machine that takes long to load the Redis client', async (t) => {
    const { url } = await startRedis(t);
    const value = await runJsonFixture(t, 'use-store.js', [url, '2500']);
    assert.ok(value.fence > 0);
    assert.deepEqual({ ...value, fence: 1 }, { loaded: [false, true], fence: 1, published: true, found: 'two' });
  });

  test("lets a process end after its calls have returned, even if Redis is unavailable", async (t) => {
    const hanging = `redis://127.0.0.1:${await answering(t)}`;
    const closed = `redis://127.0.0.1:${await freePort()}`;
    for (const url of [closed, hanging]) {
      const { value, took } = await timed(() => runJsonFixture(t, 'use-store.js', [url]));
      assert.deepEqual(value, { loaded: [false, true], fence: 0, published: true, found: 'two' });
      assert.ok(took < 5000, `it took ${took} ms`);
    }
  });

  test('lets a process end while it reconnects to a Redis that hangs', async (t) => {
    const redis = await startRedis(t);
    const process = startStoreProcess(t, { url: redis.url, limits: { reconnection: 100 } });
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

  test('ends when the store is closed, together with its locks and all attempts to reconnect', async (t) => {
    const redis = await startRedis(t);
    const raw = rawClient(t, redis.url);
    const clients = async () => (await raw.client('LIST')).trim().split('\n').length;
    const { store, logged } = openStore(t, redis.url);
    const lock = await store.lock('a');
    await store.publish('a', entry('b', lock.fence));
    assert.equal(await clients(), 2);
    await store.close();
    assert.equal(lock.isHeld(), false);
    await lock.release();
    await waitFor(async () => (await clients()) === 1, 'the connection is closed');
    assert.equal(store.findLocal('a'), undefined);
    const { value, took } = await timed(() => store.find('a'));
    assert.equal(value, undefined);
    assert.ok(took < 300);
    await sleep(500);
    assert.equal(await clients(), 1);
    assert.deepEqual(logged, []);
  });

  test('is not attempted again when the store is closed during an attempt', async (t) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.on('error', () => {});
    });
    const port = await listen(t, server);
    const { store, logged } = openStore(t, `redis://127.0.0.1:${port}`);
    const finding = timed(() => store.find('a'));
    await once(server, 'connection');
    await store.close();
    const { value, took } = await finding;
    assert.equal(value, undefined);
    assert.ok(took < 1000, `it took ${took} ms`);
    await sleep(500);
    assert.equal(connections, 1);
    assert.deepEqual(logged, []);
  });
});
