/**
 * Which process may refresh tokens, and which tokens are the newest: in one process, and in several processes that share a real
 * Redis. `publish('a', entry('b', 5))` says that the refresh token with the key b, which was obtained under the lock with the
 * fence 5, replaced the token with the key a. Each later lock has a greater fence. The keys of tokens that replaced each other
 * form a chain.
 */
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../support/http-server.js';
import { startRedis } from '../support/redis.js';
import { waitFor } from '../support/waiting.js';
import { DEAD, MINUTE, openStore, testGuarantees, rawClient } from './shared-store-scene.js';
import { MemoryTokenStore, PREFIX, entry, startStoreProcess } from './shared-stores.js';

const DAY = 24 * 60 * MINUTE;

describe('the token store in memory', () => {
  testGuarantees(async () => [new MemoryTokenStore()]);

  test('remembers a limited number of replaced refresh tokens', async () => {
    const memory = new MemoryTokenStore();
    for (let number = 1; number <= 100; number += 1) {
      assert.equal(await memory.publish(`key ${number - 1}`, entry(`key ${number}`, number)), true);
    }
    const found = Array.from({ length: 101 }, (_, number) => memory.findLocal(`key ${number}`)).filter(Boolean);
    assert.equal(found.length, 24);
    for (const { key } of found) assert.equal(key, 'key 100');
    assert.equal(memory.findLocal('key 77').key, 'key 100');
  });

  test('forgets tokens that no process has refreshed for three months', async (t) => {
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

  test('forgets token requests after half an hour, and those in the future after the clock was set back', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 60 * MINUTE });
    const memory = new MemoryTokenStore();
    const historyOf = async (key) => JSON.parse(JSON.stringify(await memory.tokenEndpointHistory(key)));
    for (let number = 0; number < 5000; number += 1) await memory.recordRefusal(`key ${number}`);
    await memory.recordGrant(10 * MINUTE);
    assert.equal(memory.recentRefusals().length, 2);
    t.mock.timers.setTime(80 * MINUTE - 1);
    assert.deepEqual(await historyOf('key 4999'), {
      refusedAgo: 20 * MINUTE - 1, othersRefusedAgo: 20 * MINUTE - 1, grantedAgo: 30 * MINUTE - 1,
    });
    t.mock.timers.setTime(85 * MINUTE);
    await memory.recordRefusal('a');
    assert.deepEqual(await historyOf('a'), { refusedAgo: 0, othersRefusedAgo: 25 * MINUTE });
    t.mock.timers.setTime(90 * MINUTE);
    assert.deepEqual(await historyOf('a'), { refusedAgo: 5 * MINUTE });
    // Clocks are often set back by a fraction of a second.
    t.mock.timers.setTime(85 * MINUTE - 500);
    assert.equal((await historyOf('a')).refusedAgo, 0);
    t.mock.timers.setTime(80 * MINUTE);
    assert.deepEqual(await historyOf('b'), { othersRefusedAgo: 20 * MINUTE, refusedAgo: 20 * MINUTE });
  });

  test('returns the newest key of a chain and the key before it, also after outdated entries were added', async () => {
    const memory = new MemoryTokenStore();
    await memory.publish('a', entry('b', 5));
    await memory.publish('b', entry('c', 6));
    for (const [key, fence] of [['d', 1], ['e', 2]]) assert.equal(await memory.publish('a', entry(key, fence)), false);
    assert.deepEqual(memory.newestKeys(), ['b', 'c']);
    assert.deepEqual(['a', 'b', 'd', 'e'].map((key) => memory.findLocal(key).key), ['c', 'c', 'c', 'c']);
  });

  test('returns the newest key and the key before it, also after two chains were joined', async () => {
    const memory = new MemoryTokenStore();
    await memory.publish('a', entry('b', 1));
    await memory.publish('x', entry('y', 2));
    await memory.publish('y', entry('z', 3));
    assert.equal(await memory.publish('b', entry('y', 2)), false);
    assert.deepEqual(memory.newestKeys(), ['y', 'z']);
  });

  test('deletes all its entries when it is closed', async () => {
    const memory = new MemoryTokenStore();
    await memory.publish('a', entry('b', 1));
    await memory.close();
    assert.equal(memory.findLocal('a'), undefined);
  });
});

describe('a lock in Redis', () => {
  test('is never held by two processes at once, and each later lock has a greater fence', async (t) => {
    const { url } = await startRedis(t);
    const processes = [startStoreProcess(t, { url }), startStoreProcess(t, { url })];
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

  test('of a killed process stays held until its time limit', async (t) => {
    const { url } = await startRedis(t);
    const limits = { lock: 2000 };
    const holder = startStoreProcess(t, { url, limits });
    const { fence } = await holder.ask('lock', 'key');
    holder.kill('SIGKILL');
    await holder.ended;
    const { store } = openStore(t, url, { limits });
    assert.equal(await store.lock('key'), undefined);
    let lock;
    await waitFor(async () => (lock = await store.lock('key')), 'the lock is free', 3000);
    assert.ok(lock.fence > fence);
    await lock.release();
  });

  test('is extended until it is released', async (t) => {
    const { url } = await startRedis(t);
    const limits = { lock: 600 };
    const { store } = openStore(t, url, { limits });
    const { store: other } = openStore(t, url, { limits });
    const lock = await store.lock('key');
    for (const end = performance.now() + 2000; performance.now() < end; await sleep(50)) {
      assert.ok(lock.isHeld());
      assert.equal(await other.lock('key'), undefined);
    }
    await lock.release();
    assert.ok(await other.lock('key'));
    await sleep(200);
    assert.equal(lock.isHeld(), false);
  });

  test('is lost at its next extension if another process has taken it', async (t) => {
    const { url } = await startRedis(t);
    const { store } = openStore(t, url, { limits: { lock: 600 } });
    const lock = await store.lock('key');
    const raw = rawClient(t, url);
    await raw.set(`${PREFIX}lock:key`, 'somebody else');
    await waitFor(() => !lock.isHeld(), 'the loss is noticed', 550);
    await lock.release();
    assert.equal(await raw.get(`${PREFIX}lock:key`), 'somebody else');
  });

  test('protects newer tokens from a process that was suspended until its lock expired', async (t) => {
    const { url } = await startRedis(t);
    const limits = { lock: 1000 };
    const stopped = startStoreProcess(t, { url, limits });
    const { store } = openStore(t, url, { limits });
    const { fence } = await stopped.ask('lock', 'a');
    assert.equal(await stopped.ask('isHeld', 'a'), true);
    stopped.kill('SIGSTOP');
    let lock;
    await waitFor(async () => (lock = await store.lock('a')), 'the lock is free', 3000);
    assert.ok(lock.fence > fence);
    assert.equal(await store.publish('a', entry('newer', lock.fence)), true);

    stopped.kill('SIGCONT');
    assert.equal(await stopped.ask('isHeld', 'a'), false);
    assert.equal(await stopped.ask('publish', 'a', entry('older', fence)), false);
    assert.equal((await stopped.ask('find', 'older')).key, 'newer');
    await stopped.ask('release', 'a');
    await sleep(300);
    assert.ok(lock.isHeld());
    assert.equal(await stopped.ask('lock', 'a'), undefined);
    for (const key of ['a', 'older', 'newer']) assert.equal((await store.find(key)).key, 'newer');
    await lock.release();
  });
});

describe('tokens in Redis', () => {
  /** A relay to Redis that runs `change` each time before it passes on a command with this key. */
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

  test('are not lost if another process publishes an entry at the same moment', async (t) => {
    const redis = await startRedis(t);
    let change;
    const url = await disturbed(t, redis, 'mine', () => change());
    for (const [namespace, otherEntries, isNewest, winner] of [
      ['tokens with a greater fence', [['a', entry('theirs', 6)]], false, 'theirs'],
      ['tokens with a smaller fence', [['a', entry('theirs', 4)]], true, 'mine'],
      ['tokens and their successor', [['a', entry('theirs', 6)], ['theirs', entry('newest', 7)]], false, 'newest'],
      ['a tombstone', [['a', entry('a', 6, DEAD)]], true, 'mine'],
    ]) {
      const { store } = openStore(t, url, { namespace });
      const { store: other } = openStore(t, redis.url, { namespace });
      let changes = 0;
      change = async () => {
        changes += 1;
        for (const [key, otherEntry] of otherEntries.splice(0)) await other.publish(key, otherEntry);
      };
      assert.equal(await store.publish('a', entry('mine', 5)), isNewest, namespace);
      assert.equal(changes, 2, namespace);
      const { store: stranger } = openStore(t, redis.url, { namespace });
      for (const key of ['a', 'mine', winner]) {
        for (const all of [store, other, stranger]) assert.equal((await all.find(key)).key, winner, `${namespace}, ${key}`);
      }
    }
  });

  test('are published later by a process that loses every race', async (t) => {
    const redis = await startRedis(t);
    const raw = rawClient(t, redis.url);
    let races = 0;
    let isRacing = true;
    const url = await disturbed(t, redis, 'mine', async () => {
      if (!isRacing) return;
      races += 1;
      await raw.set(`${PREFIX}pair:a`, `${races} of nobody`);
    });
    const { store, logged } = openStore(t, url);
    assert.equal(await store.publish('a', entry('mine', 50)), true);
    assert.equal(races, 5);
    assert.equal(store.findLocal('a').key, 'mine');
    isRacing = false;
    assert.equal((await store.find('a')).key, 'mine');
    assert.equal((await openStore(t, redis.url).store.find('a')).key, 'mine');
    assert.deepEqual(logged, []);
  });

  test('cost six commands for a refresh without contention', async (t) => {
    const { url } = await startRedis(t);
    const raw = rawClient(t, url);
    const { store } = openStore(t, url);
    const cost = async (refresh) => {
      await raw.config('RESETSTAT');
      await refresh();
      return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await raw.info('commandstats'))?.[1]);
    };
    // The first refresh also sends the texts of the scripts.
    const refresh = async (key, next) => {
      const lock = await store.lock(key);
      await store.find(key);
      const nextLock = await store.lock(next);
      assert.equal(await store.publish(key, entry(next, lock.fence)), true);
      await lock.release();
      await nextLock.release();
    };
    await refresh('a', 'b');
    assert.equal(await cost(() => refresh('b', 'c')), 6);
    assert.equal(await cost(() => refresh('c', 'd')), 6);
  });

  test('of another OAuth client are invisible', async (t) => {
    const { url } = await startRedis(t);
    const { store } = openStore(t, url);
    const { store: other } = openStore(t, url, { namespace: 'another' });
    const lock = await store.lock('a');
    await store.publish('a', entry('b', lock.fence));
    assert.equal(await other.find('a'), undefined);
    assert.ok(await other.lock('a'));
  });

  test('can be found by the first key after 1,000 refreshes', async (t) => {
    const { url } = await startRedis(t);
    const { store } = openStore(t, url);
    for (let number = 1; number <= 1000; number += 1) {
      await store.publish(`key ${number - 1}`, entry(`key ${number}`, number));
    }
    const { store: other } = openStore(t, url);
    assert.equal((await other.find('key 0')).key, 'key 1000');
    assert.equal(other.findLocal('key 0').key, 'key 1000');
  });

  test('have the same newest entry for all keys and processes, whatever the order of publication', async (t) => {
    const { url } = await startRedis(t);
    for (let seed = 1; seed <= 40; seed += 1) {
      let state = seed;
      // A linear congruential generator: the same numbers for each run.
      const random = (below) => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return Math.floor((state / 2147483648) * below);
      };
      const all = [1, 2, 3].map(() => openStore(t, url, { namespace: `seed ${seed}` }).store);
      const keys = ['0'];
      for (let step = 1; step <= 25; step += 1) {
        const from = keys[random(keys.length)];
        keys.push(String(step));
        await all[random(3)].publish(from, entry(String(step), random(30)));
        if (random(3) === 0) await all[random(3)].find(keys[random(keys.length)]);
      }
      const newest = (await all[0].find('0')).key;
      for (const key of keys) {
        for (const store of all) {
          assert.equal((await store.find(key)).key, newest, `seed ${seed}, key ${key}`);
        }
      }
      await Promise.all(all.map((store) => store.close()));
    }
  });
});
