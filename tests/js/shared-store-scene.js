/**
 * Helpers for the tests of the token stores: clients of a real Redis, and tests of the guarantees of every store. A fence is the
 * number of a lock, greater than those of all earlier locks. An entry has the fence of the lock under which it was obtained. A
 * tombstone (`DEAD`) is an entry's value if Bitbucket no longer accepts the refresh token.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { listen } from '../support/http-server.js';
import { ENCRYPTION_KEY, NAMESPACE, RedisTokenStore, entry, tokenSet } from './shared-stores.js';

export const DEAD = { dead: true };
export const MINUTE = 60 * 1000;

/** A store in Redis that is closed after the test, and the list of its log messages. */
export function openStore(t, url, more = {}) {
  const logged = [];
  const store = new RedisTokenStore({
    url,
    namespace: NAMESPACE,
    encryptionKey: ENCRYPTION_KEY,
    log: (message) => logged.push(message),
    ...more,
    // Otherwise tests would wait seconds until the next attempt to connect.
    limits: { reconnection: 100, ...more.limits },
  });
  t.after(() => store.close());
  return { store, logged };
}

/** A Redis client that reads and writes the stored values directly. */
export function rawClient(t, url) {
  const client = new Redis(url);
  t.after(() => client.disconnect());
  return client;
}

/** A server that answers every chunk with the same reply, or never answers if there is no reply. */
export function answering(t, reply) {
  return listen(t, createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => reply && socket.write(reply));
  }));
}

/** Tests the guarantees that each store gives. `make(t)` returns one store, or several that share their entries. */
export function testGuarantees(make) {
  test('holds a lock for one process at a time, and gives each later holder a greater fence', async (t) => {
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
    // A lock that was released cannot be released again.
    await first.release();
    assert.equal(await one.lock('key'), undefined);
    assert.ok(second.isHeld());
    await second.release();
  });

  test('gives the lock to one of many callers that request it at the same time', async (t) => {
    const all = await make(t);
    const locks = await Promise.all(Array.from({ length: 30 }, (_, index) => all[index % all.length].lock('key')));
    assert.equal(locks.filter(Boolean).length, 1);
    await locks.find(Boolean).release();
  });

  test('finds the newest tokens under every older key', async (t) => {
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

  test('replaces the access token of a refresh token, and later replaces both tokens with a tombstone', async (t) => {
    const [one, other = one] = await make(t);
    assert.equal(await one.publish('a', entry('b', 1)), true);
    const newer = { ...tokenSet('b'), accessToken: 'newer' };
    assert.equal(await other.publish('b', entry('b', 2, newer)), true);
    assert.deepEqual((await one.find('a')).value, newer);
    // An entry with a lower fence is rejected.
    assert.equal(await one.publish('b', entry('b', 1)), false);
    assert.deepEqual((await other.find('a')).value, newer);
    assert.equal(await one.publish('b', entry('b', 3, DEAD)), true);
    assert.deepEqual((await other.find('a')).value, DEAD);
  });

  test('prefers the successor of a refresh token to a later entry of the same refresh token with a higher fence', async (t) => {
    const [one, other = one] = await make(t);
    assert.equal(await one.publish('a', entry('a', 9, DEAD)), true);
    assert.equal(await other.publish('a', entry('b', 1)), true);
    assert.equal((await one.find('a')).key, 'b');
    assert.equal(await one.publish('a', entry('a', 99, DEAD)), false);
    assert.equal((await other.find('a')).key, 'b');
  });

  test('finds the successor with the higher fence if two processes have replaced the same token', async (t) => {
    const [one, other = one] = await make(t);
    assert.equal(await one.publish('a', entry('b', 5)), true);
    assert.equal(await other.publish('a', entry('late', 4)), false);
    for (const key of ['a', 'b', 'late']) assert.deepEqual(await other.find(key), entry('b', 5), key);
    assert.equal(await other.publish('a', entry('c', 6)), true);
    for (const key of ['a', 'b', 'late', 'c']) assert.deepEqual(await one.find(key), entry('c', 6), key);
    assert.equal(await one.publish('b', entry('d', 5)), false);
    for (const key of ['a', 'b', 'late', 'c', 'd']) assert.deepEqual(await other.find(key), entry('c', 6), key);
  });

  test('finds the newest tokens even if an older entry is published after them', async (t) => {
    const [one, other = one] = await make(t);
    assert.equal(await one.publish('b', entry('c', 2)), true);
    assert.equal(await other.publish('a', entry('b', 1)), false);
    for (const key of ['a', 'b', 'c']) assert.deepEqual(await one.find(key), entry('c', 2), key);
  });

  test('replaces a tombstone for all processes when its refresh token turns out to be valid', async (t) => {
    const [one, other = one] = await make(t);
    const dead = { ...DEAD, diedAt: 1000 };
    assert.equal(await one.publish('a', entry('b', 1)), true);
    assert.equal(await other.publish('b', entry('b', 2, dead)), true);
    for (const all of [one, other]) assert.deepEqual((await all.find('a')).value, dead);
    // An entry with a lower fence is older than the tombstone, so it does not show that the refresh token is valid.
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

  test('locks a whole OAuth client in the same way as one connection', async (t) => {
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

  test('tells all processes how long ago Bitbucket rejected and last granted a token request', async (t) => {
    const [one, other = one] = await make(t);
    const historyOf = async (all, key) => JSON.parse(JSON.stringify(await all.tokenEndpointHistory(key)));
    /** Asserts that a reported event is not earlier than `earliest`, with a tolerance for clocks that round. */
    const assertSince = (ago, earliest) => {
      const longest = performance.now() - earliest + 10;
      assert.ok(ago >= 0 && ago <= longest, `${ago} ms ago, but at most ${longest} ms expected`);
    };
    assert.deepEqual(await historyOf(one, 'a'), {});
    const start = performance.now();
    await one.recordRefusal('a');
    for (const all of [one, other]) {
      assert.deepEqual(Object.keys(await historyOf(all, 'a')), ['refusedAgo']);
      assert.deepEqual(Object.keys(await historyOf(all, 'b')), ['refusedAgo', 'othersRefusedAgo']);
      for (const ago of Object.values(await historyOf(all, 'b'))) assertSince(ago, start);
    }
    await sleep(300);
    const later = performance.now();
    await other.recordRefusal('b');
    await other.recordRefusal('b');
    for (const all of [one, other]) {
      for (const key of ['a', 'b', 'c']) {
        const { refusedAgo, othersRefusedAgo, ...more } = await historyOf(all, key);
        assertSince(refusedAgo, later);
        assert.deepEqual(more, {});
        if (key === 'b') {
          assert.ok(othersRefusedAgo - refusedAgo > 250, `only ${othersRefusedAgo - refusedAgo} ms between the two refusals`);
          assertSince(othersRefusedAgo, start);
        } else {
          assert.ok(Math.abs(othersRefusedAgo - refusedAgo) <= 10);
        }
      }
    }
    const granting = performance.now();
    for (const [all, minutes] of [[one, 20], [one, 2], [other, 25], [other, 31]]) await all.recordGrant(minutes * MINUTE);
    for (const all of [one, other]) {
      const { grantedAgo } = await historyOf(all, 'a');
      assert.ok(grantedAgo >= 2 * MINUTE);
      assertSince(grantedAgo, granting - 2 * MINUTE);
    }
  });

  test('resolves a cycle of keys to the entry that was published last', async (t) => {
    const [one, other = one] = await make(t);
    assert.equal(await one.publish('a', entry('b', 1)), true);
    assert.equal(await other.publish('b', entry('a', 2)), true);
    for (const key of ['a', 'b']) assert.deepEqual(await one.find(key), entry('a', 2), key);
  });
}
