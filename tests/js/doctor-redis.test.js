/** What `doctor` reports about a real Redis, and about several processes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { freePort } from '../support/http-server.js';
import { startRedis } from '../support/redis.js';
import { assertOne, examine, unreachable } from './doctor-scene.js';

const PREFIX = 'INTEGRATION_AUTH_BITBUCKET_';
const OWN = `${PREFIX}REDIS_URL`;

/** Runs `doctor` with these variables, and returns the findings of its check `redis`. */
const redisWith = async (t, variables, secrets) => (await examine(t, await unreachable(variables), { secrets }))('redis');

/** A client that is closed after the test. */
function clientOf(t, url, db = 0) {
  const client = new Redis(url, { db });
  t.after(() => client.disconnect());
  return client;
}

/** The permissions that docs/scaling.md lists. */
function rules() {
  const scaling = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
  return /ACL SETUSER nocodb on >\S+ (resetkeys .+)/.exec(scaling)[1].split(' ');
}

describe('`doctor` checks a Redis and', () => {
  test("accepts the plugin's own Redis, and leaves no key in it for more than a second", async (t) => {
    const { url, port } = await startRedis(t);
    assertOne(await redisWith(t, { [OWN]: `${url}/5` }), 'good',
      new RegExp(`^The Redis of ${OWN} \\(127\\.0\\.0\\.1:${port}\\) can be used; the plugin's data is in database 5, which NocoDB does not empty`));
    const client = clientOf(t, url, 5);
    const left = await client.keys('*');
    for (const key of left) assert.ok(await client.pttl(key) <= 1000 && key.startsWith('nocodb-bitbucket-auth:doctor:'), key);
  });

  test("says that the plugin uses another database of NocoDB's Redis", async (t) => {
    const { url } = await startRedis(t);
    assertOne(await redisWith(t, { NC_REDIS_URL: url }), 'good', /of NC_REDIS_URL .* in database 15, which NocoDB does not empty/);
  });

  test('warns if the Redis has only one database and NocoDB empties it at each start', async (t) => {
    const { url } = await startRedis(t, '--databases', '1');
    const words = /database 0, which NC_REDIS_URL also names\. NocoDB empties this database at each start\. The plugin uses this database, because it has no other database\. Set /;
    assertOne(await redisWith(t, { NC_REDIS_URL: url }), 'warning', words);
    assertOne(await redisWith(t, { NC_REDIS_URL: url, NC_KEEP_CACHE: 'true' }), 'good', /database 0, which NocoDB does not empty/);
  });

  test('warns if a variable selects the database that NocoDB empties at each start', async (t) => {
    const { url } = await startRedis(t);
    assertOne(await redisWith(t, { [OWN]: url, NC_CACHE_REDIS_URL: `${url}/0` }), 'warning', /which NC_CACHE_REDIS_URL also names/);
    assertOne(await redisWith(t, { [OWN]: `${url}/3`, NC_CACHE_REDIS_URL: `${url}/0` }), 'good', /database 3/);
    assertOne(await redisWith(t, { NC_REDIS_URL: url, [`${PREFIX}REDIS_DATABASE`]: '0' }), 'warning', /which NC_REDIS_URL also names/);
  });

  test('accepts the permissions that docs/scaling.md lists, and reports when one of them is missing', async (t) => {
    const { url, port } = await startRedis(t);
    const admin = clientOf(t, url);
    const address = `redis://nocodb:marked-password@127.0.0.1:${port}/5`;
    const all = rules();
    await admin.call('ACL', 'SETUSER', 'nocodb', 'on', '>marked-password', ...all);
    assertOne(await redisWith(t, { [OWN]: address }, ['marked']), 'good', /database 5/);
    // Only the search for a database needs `+scan`. This URL contains the database, so no search is needed.
    for (const rule of all.filter((each) => each.startsWith('+') && each !== '+scan')) {
      await admin.call('ACL', 'SETUSER', 'nocodb', 'reset', 'on', '>marked-password', ...all.filter((each) => each !== rule));
      assertOne(await redisWith(t, { [OWN]: address }, ['marked']), 'bad', /cannot be used: the user lacks a permission\. Give the user/);
    }
  });

  for (const [what, more, address, words] of [
    ['requires a password', ['--requirepass', 'marked'], ({ port }) => `redis://127.0.0.1:${port}`, /: user or password is wrong or missing\. Correct the URL/],
    ['requires a password other than the one in the URL', ['--requirepass', 'marked'], ({ port }) => `redis://:marked-not@127.0.0.1:${port}`, /: user or password is wrong/],
    ['has too few databases', [], ({ url }) => `${url}/77`, /: it has no database with that number\. Set a lower/],
    ['is a sentinel', ['--sentinel'], ({ url }) => url, /: it is a sentinel, or lacks a command\./],
    ['is a replica', ['--replicaof', '127.0.0.1', '1', '--replica-serve-stale-data', 'yes'], ({ url }) => url, /: it is read-only\. .*primary/],
  ]) {
    test(`reports a Redis that ${what}`, async (t) => {
      const redis = await startRedis(t, ...more);
      assertOne(await redisWith(t, { [OWN]: address(redis) }, ['marked']), 'bad', words);
    });
  }

  test('reports a Redis that cannot be reached or does not respond', async (t) => {
    const gone = `redis://user:marked@127.0.0.1:${await freePort()}`;
    assertOne(await redisWith(t, { [OWN]: gone }, ['marked']), 'bad', /: not reachable\. Start Redis/);
    const redis = await startRedis(t);
    redis.pause();
    assertOne(await redisWith(t, { [OWN]: redis.url }), 'bad', /: it does not respond\./);
    redis.resume();
  });

  test('reports an invalid URL, and skips its checks if there is no valid URL', async (t) => {
    const [problem, ...rest] = await redisWith(t, { [OWN]: 'marked.example:6379' }, ['marked']);
    assert.equal(problem.verdict, 'bad');
    assertOne(rest, 'skipped', /^Redis was not checked: the variable with its URL is invalid\. $/);
    assertOne(await redisWith(t, {}), 'skipped', /no variable contains a Redis URL/);
  });
});

describe('`doctor` checks several processes and', () => {
  const processesWith = async (t, variables) => (await examine(t, await unreachable(variables)))('processes');

  test('reports that they have no common Redis', async (t) => {
    for (const name of ['NC_WORKER_MODE_ENABLED', 'NC_WORKER_CONTAINER']) {
      const found = await examine(t, await unreachable({ [name]: 'true' }));
      assertOne(found('processes'), 'bad', /these processes lose connections if they share no Redis: INTEGRATION_AUTH_BITBUCKET_REDIS_URL or NC_REDIS_URL/);
      assertOne(found('redis'), 'skipped', /Redis was not checked/);
    }
  });

  test('accepts that they have a common Redis, and skips the check if no OAuth client is configured', async (t) => {
    const { url } = await startRedis(t);
    assertOne(await processesWith(t, { NC_WORKER_CONTAINER: 'true', NC_REDIS_URL: url }), 'good', /share the Redis of NC_REDIS_URL/);
    assertOne(await processesWith(t, { NC_WORKER_CONTAINER: 'true', [`${PREFIX}CLIENT_ID`]: '' }), 'skipped', /Their common Redis was not checked/);
  });

  test('accepts an installation when no variable says that it has several processes', async (t) => {
    for (const value of [undefined, 'false', '0', '']) {
      assertOne(await processesWith(t, value === undefined ? {} : { NC_WORKER_CONTAINER: value }), 'good', /No variable says/);
    }
  });
});
